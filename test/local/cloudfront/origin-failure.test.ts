/** "HTTP 502 status code (Bad Gateway)", "HTTP 504 status code (Gateway Timeout)". */

import { describe, expect, it } from "vitest";
import { cloudFrontHeaders } from "../../../src/local/cloudfront/edge-headers.ts";
import { createEmulator, stored } from "./emulator.ts";
import { given } from "./rule-cases.ts";

const refused = () => Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" });
const fetchFailed = (cause: Error) => new TypeError("fetch failed", { cause });
const errorsOf10Seconds = { description: { customErrorResponses: [] } };

describe("an origin that throws", () => {
  it.each<[string, unknown, number, string]>([
    ["refuses the connection", refused(), 502, "Error: connect ECONNREFUSED"],
    [
      "cannot be fetched",
      fetchFailed(refused()),
      502,
      "TypeError: fetch failed (Error: connect ECONNREFUSED)",
    ],
    ["throws a string", "no", 502, "a string"],
    [
      "times out",
      Object.assign(new Error("connect ETIMEDOUT"), { code: "ETIMEDOUT" }),
      504,
      "Error: connect ETIMEDOUT",
    ],
    [
      "is waited for too long by fetch",
      fetchFailed(Object.assign(new Error("Headers Timeout Error"), { code: "UND_ERR_HEADERS_TIMEOUT" })),
      504,
      "TypeError: fetch failed (Error: Headers Timeout Error)",
    ],
    [
      "is given up by AbortSignal.timeout()",
      new DOMException("The operation was aborted due to timeout", "TimeoutError"),
      504,
      "TimeoutError: The operation was aborted due to timeout",
    ],
  ])(
    "and %s is CloudFront's page and a log entry, and no rejection",
    async (_case, thrown, status, words) => {
      const { ask } = createEmulator({ origin: () => Promise.reject(thrown) });
      const answer = await ask();
      expect([answer.status, answer.cacheOutcome]).toEqual([status, "Error"]);
      expect(String(answer.body)).toContain(`<H1>${status} ERROR</H1>`);
      expect(String(answer.body)).not.toContain("ECONNREFUSED");
      expect(answer.logged).toMatchObject([
        {
          rule: status === 502 ? "origin-unreachable" : "origin-timeout",
          message: expect.stringContaining(`the origin threw ${words}. `),
        },
      ]);
    },
  );

  it("is no event for origin-response: there is no response", async () => {
    const ran: string[] = [];
    const { ask } = createEmulator({
      origin: () => Promise.reject(refused()),
      handlers: {
        "origin-response": async (event) => {
          ran.push("origin-response");
          return given(event);
        },
      },
    });
    expect([(await ask()).status, ran]).toEqual([502, []]);
  });

  it("is stood in for by what has expired, as long as CloudFront would serve that", async () => {
    let isDown = false;
    const { ask, clock } = createEmulator({
      origin: () => (isDown ? Promise.reject(refused()) : stored),
      ...errorsOf10Seconds,
    });
    await ask();
    clock.milliseconds += 86_400_000;
    isDown = true;
    const answer = await ask();
    expect([answer.status, answer.cacheOutcome, String(answer.body)]).toEqual([
      200,
      "RefreshHit",
      "the origin's body",
    ]);
    expect(answer.logged).toMatchObject([{ rule: "origin-unreachable" }]);
  });

  it("unreachable-origin-is-kept (assumed): is not asked again within the error caching minimum", async () => {
    const { ask, asked, clock } = createEmulator({
      origin: () => Promise.reject(refused()),
      ...errorsOf10Seconds,
    });
    await ask();
    clock.milliseconds += 9_999;
    expect([(await ask()).status, asked.length]).toEqual([502, 1]);
    clock.milliseconds += 1;
    await ask();
    expect(asked.length).toBe(2);
  });

  it("does not end a lease's work, and is asked once", async () => {
    const { ask, asked } = createEmulator({
      origin: () => Promise.reject(refused()),
      options: { withLease: (_path, work) => work() },
    });
    expect([(await ask()).status, asked.length]).toEqual([502, 1]);
  });

  it("has nothing for HEAD but the headers of its page", async () => {
    const { ask } = createEmulator({ origin: () => Promise.reject(refused()) });
    const answer = await ask("/a", { method: "HEAD" });
    expect([answer.status, answer.body]).toEqual([502, undefined]);
    expect(cloudFrontHeaders(answer)["x-cache"]).toBe("Error from cloudfront");
  });
});

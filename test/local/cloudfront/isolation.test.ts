/** Why: what one request's function keeps, or changes too late, must reach no other request, as at Lambda. */

import type { CloudFrontRequestEvent, CloudFrontResponseEvent } from "aws-lambda";
import { describe, expect, it } from "vitest";
import type { DistributionDescription, EventType } from "../../../src/local/cloudfront/description.ts";
import { createDistribution } from "../../../src/local/cloudfront/distribution.ts";
import { imgsealDistribution } from "../../../src/local/cloudfront/imgseal-distribution.ts";
import { plainDistribution } from "../../../src/local/cloudfront/plain-distribution.ts";
import { createEmulator, type Handler, stored, viewerOf } from "./emulator.ts";
import { given } from "./rule-cases.ts";

const eventTypes: readonly EventType[] = [
  "viewer-request",
  "origin-request",
  "origin-response",
  "viewer-response",
];

const at = (handlerOf: (eventType: EventType) => Handler) =>
  Object.fromEntries(eventTypes.map((eventType) => [eventType, handlerOf(eventType)]));

/** Every object below this one, itself first. */
function objectsOf(value: unknown, found = new Set<object>()): Set<object> {
  if (typeof value !== "object" || value === null || found.has(value)) return found;
  found.add(value);
  for (const member of Object.values(value)) objectsOf(member, found);
  return found;
}

function spoil(value: unknown): void {
  for (const object of objectsOf(value)) {
    for (const [name, member] of Object.entries(object)) {
      if (typeof member === "string") Object.assign(object, { [name]: "spoilt" });
    }
  }
}

describe("what a function changes after it has returned", () => {
  it.each(eventTypes)("at %s is too late, for this request and for those after it", async (eventType) => {
    const returned: unknown[] = [];
    const late: Handler = async (event) => {
      const result = given(event);
      if (event.Records[0]?.cf.config.eventType === eventType) {
        returned.push(result, event);
        // While the request goes on: whatever comes next waits for a turn of the event loop.
        setImmediate(() => spoil(event));
      }
      return result;
    };
    const slowly = async () => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      return stored;
    };
    const { ask, asked } = createEmulator({ handlers: at(() => late), origin: slowly });
    const first = await ask();
    for (const object of returned) spoil(object);
    const hit = await ask();
    expect(asked.map(({ path }) => path)).toEqual(["/picture.jpg"]);
    for (const answer of [first, hit]) {
      expect([answer.status, String(answer.body), answer.headers.etag]).toEqual([
        200,
        String(stored.body),
        '"v1"',
      ]);
    }
    expect([first.cacheOutcome, hit.cacheOutcome]).toEqual(["Miss", "Hit"]);
    expect(JSON.stringify([first, hit])).not.toContain("spoilt");
  });
});

describe("what a function does to its event", () => {
  it("is seen by no function after it, but for what it returns", async () => {
    const seen: string[] = [];
    const { ask } = createEmulator({
      handlers: at(() => async (event) => {
        seen.push(JSON.stringify(event));
        const result = structuredClone(given(event));
        spoil(event);
        return result;
      }),
    });
    expect((await ask()).status).toBe(200);
    expect(seen.length).toBe(4);
    expect(seen.join()).not.toContain("spoilt");
  });

  it("to the headers of a cached answer at viewer-response does not change the cached ones", async () => {
    let count = 0;
    const { ask } = createEmulator({
      handlers: {
        "viewer-response": async (event) => {
          const response = given(event);
          expect(response.headers["x-count"]).toBeUndefined();
          expect(response.headers.etag).toEqual([{ key: "etag", value: '"v1"' }]);
          response.headers["x-count"] = [{ value: String(++count) }];
          response.headers.etag = [{ value: `"${count}"` }];
          delete response.headers["content-type"];
          return response;
        },
      },
    });
    for (const time of ["1", "2", "3"]) {
      const { headers } = await ask();
      expect([headers["x-count"], headers.etag, headers["content-type"]]).toEqual([
        time,
        `"${time}"`,
        undefined,
      ]);
    }
  });
});

describe("two requests at the same time", () => {
  it("share no object that a function can reach, even when they are collapsed into one", async () => {
    const events = new Map<string, (CloudFrontRequestEvent | CloudFrontResponseEvent)[]>();
    const contexts = new Set<object>();
    const origin = async () => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      return stored;
    };
    const { distribution, asked } = createEmulator({
      origin,
      handlers: at(() => async (event, context) => {
        const id = event.Records[0]?.cf.config.requestId ?? "";
        events.set(id, [...(events.get(id) ?? []), event]);
        contexts.add(context);
        await new Promise(setImmediate);
        return given(event);
      }),
    });
    const answers = await Promise.all(
      ["one", "two"].map((id) => distribution.answer({ ...viewerOf("/picture.jpg"), id })),
    );
    expect(answers.map(({ status, cacheOutcome }) => [status, cacheOutcome])).toEqual([
      [200, "Miss"],
      [200, "Hit"],
    ]);
    expect(asked.length).toBe(1);
    const [one, two] = ["one", "two"].map((id) => objectsOf(events.get(id)));
    expect([events.get("one")?.length, events.get("two")?.length, contexts.size]).toEqual([4, 2, 6]);
    expect([...(one ?? [])].filter((object) => two?.has(object))).toEqual([]);
    // And none of them is an object of the answers.
    const answered = objectsOf(answers.map(({ headers }) => headers));
    expect([...answered].filter((object) => one?.has(object) || two?.has(object))).toEqual([]);
  });

  it("keep what their functions decide apart", async () => {
    const { ask } = createEmulator({
      handlers: {
        "viewer-request": async (event) => {
          const request = given(event);
          await new Promise(setImmediate);
          request.uri = `${String(request.uri)}.webp`;
          return request;
        },
      },
      origin: ({ path }) => ({ status: 200, headers: {}, body: Buffer.from(path) }),
    });
    const answers = await Promise.all(["/a", "/b", "/c"].map((path) => ask(path)));
    expect(answers.map(({ body }) => String(body))).toEqual(["/a.webp", "/b.webp", "/c.webp"]);
  });
});

describe("what is kept beyond one request", () => {
  it("is frozen: the headers that a cache hands out, with and without a policy for them", async () => {
    const responseHeadersPolicy = {
      name: "security",
      customHeaders: [{ header: "X-Frame-Options", value: "DENY", override: true }],
      removeHeaders: [],
    };
    const { responseHeadersPolicy: _imgseals, ...bare } = imgsealDistribution.defaultCacheBehavior;
    for (const defaultCacheBehavior of [bare, { ...bare, responseHeadersPolicy }]) {
      const description = {
        defaultCacheBehavior: { ...defaultCacheBehavior, lambdaFunctionAssociations: [] },
      };
      const { ask } = createEmulator({ description });
      for (const outcome of ["Miss", "Hit"]) {
        const { headers, cacheOutcome } = await ask();
        expect(cacheOutcome).toBe(outcome);
        expect(() => Object.assign(headers, { etag: "spoilt" })).toThrow(TypeError);
      }
      expect((await ask()).headers.etag).toBe('"v1"');
    }
  });

  it("is a copy: the description may be changed afterwards by whoever gave it", async () => {
    const description: DistributionDescription = structuredClone(plainDistribution([]));
    const distribution = createDistribution({
      description,
      functions: {},
      origin: async ({ origin }) => ({
        status: 200,
        headers: {},
        body: Buffer.from(origin.s3?.domainName ?? ""),
      }),
      pops: ["FRA56-P1"],
      cacheBytes: 1_000_000,
      nowMilliseconds: () => 0,
    });
    spoil(description);
    const answer = await distribution.answer(viewerOf("/a"));
    expect([answer.status, String(answer.body)]).toEqual([200, "bucket.s3.us-east-1.amazonaws.com"]);
  });
});

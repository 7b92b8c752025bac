/** Functions as AWS's "Lambda@Edge example functions" show them, run by the emulator as its user would run them. */

import { describe, expect, it } from "vitest";
import {
  createDistribution,
  createS3Origin,
  type EventType,
  plainDistribution,
  type ViewerRequest,
} from "../../../../src/local/cloudfront/index.ts";
import { handler as abTest } from "./ab-test.ts";
import { handler as errorPage } from "./error-page.ts";
import { handler as generatedPage } from "./generated-page.ts";
import { handler as redirectByCountry } from "./redirect-by-country.ts";
import { handler as securityHeaders } from "./security-headers.ts";

type Handler = Parameters<typeof createDistribution>[0]["functions"][string]["handler"];

const country = { behavior: "whitelist", items: ["CloudFront-Viewer-Country"] } as const;
const nothing = { behavior: "none" } as const;

function distributionWith(event: EventType, handler: Handler) {
  const distribution = createDistribution({
    description: plainDistribution([event], {
      originRequestPolicy: { name: "country", headers: country, cookies: nothing, queryStrings: nothing },
    }),
    functions: { [event]: { handler } },
    origin: createS3Origin({
      "index.html": { body: "<p>hello</p>", contentType: "text/html" },
      "experiment-group/control-pixel.jpg": { body: "control", contentType: "image/jpeg" },
      "experiment-group/treatment-pixel.jpg": { body: "treatment", contentType: "image/jpeg" },
    }),
    pops: ["FRA56-P1"],
    cacheBytes: 10_000_000,
    nowMilliseconds: () => Date.parse("2026-11-23T10:00:00Z"),
  });
  return (path: string, headers: ViewerRequest["headers"] = {}) =>
    distribution.answer({
      id: "1",
      method: "GET",
      path,
      queryString: "",
      headers: { host: "www.example.com", ...headers },
      clientIp: "203.0.113.178",
    });
}

describe("a redirect by country at origin-request", () => {
  const ask = (headers: ViewerRequest["headers"]) =>
    distributionWith("origin-request", redirectByCountry)("/index.html", headers);

  it("sends some elsewhere", async () => {
    const answer = await ask({ "cloudfront-viewer-country": "TW" });
    expect(answer).toMatchObject({
      status: 302,
      headers: { location: "https://tw.example.com/index.html" },
      cacheOutcome: "LambdaGeneratedResponse",
      logged: [],
    });
  });

  it("lets all others through to the bucket", async () => {
    expect(String((await ask({ "cloudfront-viewer-country": "PT" })).body)).toBe("<p>hello</p>");
    expect(String((await ask({})).body)).toBe("<p>hello</p>");
  });
});

describe("an A/B test at viewer-request", () => {
  it.each([
    ["the second group's", { cookie: "session=1; X-Experiment-Name=B" }, "treatment"],
    ["the first group's", { cookie: "X-Experiment-Name=A" }, "control"],
    ["the first group's, without a cookie", {}, "control"],
  ])("rewrites to %s picture", async (_name, headers, body) => {
    const answer = await distributionWith("viewer-request", abTest)("/experiment-pixel.jpg", headers);
    expect([answer.status, String(answer.body), answer.logged]).toEqual([200, body, []]);
  });

  it("keeps the groups apart in the cache, whose key is the path that the function made", async () => {
    const ask = distributionWith("viewer-request", abTest);
    const outcomes: string[] = [];
    for (const group of ["A", "B", "A", "B"]) {
      const { cacheOutcome } = await ask("/experiment-pixel.jpg", { cookie: `X-Experiment-Name=${group}` });
      outcomes.push(cacheOutcome);
    }
    expect(outcomes).toEqual(["Miss", "Miss", "Hit", "Hit"]);
  });
});

describe("a generated response at origin-request", () => {
  it("is cached as the origin's would be", async () => {
    const ask = distributionWith("origin-request", generatedPage);
    const [first, second] = [await ask("/hello"), await ask("/hello")];
    expect([first.cacheOutcome, second.cacheOutcome]).toEqual(["LambdaGeneratedResponse", "Hit"]);
    expect(String(second.body)).toContain("Hello from Lambda@Edge!");
    expect(second.headers["cache-control"]).toBe("max-age=100");
  });
});

describe("headers added at viewer-response", () => {
  it("are on every answer, hits too, and the body is the origin's", async () => {
    const ask = distributionWith("viewer-response", securityHeaders);
    for (const outcome of ["Miss", "Hit"]) {
      const answer = await ask("/index.html");
      expect(answer).toMatchObject({
        status: 200,
        cacheOutcome: outcome,
        headers: { "strict-transport-security": "max-age=63072000", "x-content-type-options": "nosniff" },
        logged: [],
      });
      expect(String(answer.body)).toBe("<p>hello</p>");
    }
  });
});

describe("a page in place of an error at origin-response", () => {
  it("replaces status and body of S3's answer", async () => {
    const answer = await distributionWith("origin-response", errorPage)("/missing");
    expect([answer.status, String(answer.body), answer.logged]).toEqual([200, "Body generation example", []]);
  });
});

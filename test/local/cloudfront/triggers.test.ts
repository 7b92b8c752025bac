import type { CloudFrontRequestEvent, CloudFrontResponseEvent } from "aws-lambda";
import { describe, expect, it } from "vitest";
import type { CachePolicy, EventType } from "../../../src/local/cloudfront/description.ts";
import { imgsealDistribution } from "../../../src/local/cloudfront/imgseal-distribution.ts";
import { createEmulator, type Handler, missing, requestId, type Setting, stored } from "./emulator.ts";
import { given } from "./rule-cases.ts";

const eventTypes: readonly EventType[] = [
  "viewer-request",
  "origin-request",
  "origin-response",
  "viewer-response",
];
const { defaultCacheBehavior } = imgsealDistribution;
const all = { behavior: "all" } as const;
const none = { behavior: "none" } as const;

type Events = CloudFrontRequestEvent | CloudFrontResponseEvent;

/** Every event has a function that notes it and changes nothing, but for those that are given. */
function observe(handlers: Partial<Record<EventType, Handler>> = {}, setting: Setting = {}) {
  const seen: { readonly eventType: string; readonly event: Events }[] = [];
  const observing = Object.fromEntries(
    eventTypes.map((eventType): [EventType, Handler] => [
      eventType,
      async (event, context) => {
        seen.push({ eventType: event.Records[0]?.cf.config.eventType ?? "", event: structuredClone(event) });
        const handler = handlers[eventType];
        return handler === undefined ? given(event) : handler(event, context);
      },
    ]),
  );
  const emulator = createEmulator({ ...setting, handlers: observing });
  return {
    ...emulator,
    eventOf: (eventType: EventType) =>
      seen.find((entry) => entry.eventType === eventType)?.event.Records[0]?.cf,
    took: () => seen.splice(0).map(({ eventType }) => eventType),
  };
}

const generate =
  (changes: object): Handler =>
  async () => ({ status: "200", body: "made", ...changes });
const amend =
  (changes: object): Handler =>
  async (event) =>
    Object.assign(given(event), changes);

// "CloudFront events that can trigger a Lambda@Edge function".
describe("the functions run", () => {
  it("in this order on a miss, and only those of the viewer on a hit", async () => {
    const { ask, took } = observe();
    expect([(await ask()).cacheOutcome, took()]).toEqual(["Miss", eventTypes]);
    expect([(await ask()).cacheOutcome, took()]).toEqual(["Hit", ["viewer-request", "viewer-response"]]);
  });

  it("origin-response-on-304 (assumed): all of them when an expired answer is revalidated, origin-response on the 304 too", async () => {
    const { ask, took, clock, asked, eventOf } = observe(
      {},
      {
        origin: ({ headers }) => (headers["if-none-match"] === '"v1"' ? { ...stored, status: 304 } : stored),
      },
    );
    await ask();
    took();
    clock.milliseconds += 86_400_000;
    const answer = await ask();
    expect(eventOf("origin-response")).toMatchObject({ response: { status: "304" } });
    expect([answer.status, answer.cacheOutcome, took()]).toEqual([200, "RefreshHit", eventTypes]);
    expect(asked.length).toBe(2);
  });

  it("viewer-request alone when it answers by itself, which is never cached", async () => {
    const { ask, took, asked } = observe({
      "viewer-request": generate({ headers: { "cache-control": [{ value: "max-age=60" }] } }),
    });
    for (const _again of [1, 2]) {
      const answer = await ask();
      expect([answer.status, String(answer.body), answer.cacheOutcome]).toEqual([
        200,
        "made",
        "LambdaGeneratedResponse",
      ]);
    }
    expect([took(), asked]).toEqual([["viewer-request", "viewer-request"], []]);
  });

  it("not origin-response when origin-request answers by itself, and that answer is cached", async () => {
    const { ask, took, asked } = observe({ "origin-request": generate({}) });
    expect([(await ask()).cacheOutcome, took()]).toEqual([
      "LambdaGeneratedResponse",
      ["viewer-request", "origin-request", "viewer-response"],
    ]);
    const again = await ask();
    expect([again.cacheOutcome, String(again.body)]).toEqual(["Hit", "made"]);
    expect([took(), asked]).toEqual([["viewer-request", "viewer-response"], []]);
  });

  it("not viewer-response when the answer is 400 or more, but origin-response", async () => {
    const { ask, took } = observe({}, { origin: () => missing });
    expect([(await ask()).status, took()]).toEqual([
      403,
      ["viewer-request", "origin-request", "origin-response"],
    ]);
  });

  it("failure-page-not-cached (assumed): none after one that failed, and what failed is not kept", async () => {
    const { ask, took } = observe({ "origin-response": async () => undefined });
    for (const _again of [1, 2]) {
      const answer = await ask();
      expect([answer.status, answer.cacheOutcome]).toEqual([502, "LambdaValidationError"]);
      expect(took()).toEqual(["viewer-request", "origin-request", "origin-response"]);
    }
  });
});

describe("what has expired", () => {
  it("failure-is-not-stale (assumed): stands in for an origin that fails, and not for a function that does", async () => {
    let isFailing = false;
    let isDown = false;
    const { ask, clock } = observe(
      {
        "origin-request": async (event) => {
          if (isFailing) throw new Error("no");
          return given(event);
        },
      },
      { origin: () => (isDown ? { ...stored, status: 503 } : stored) },
    );
    await ask();
    clock.milliseconds += 86_400_000;
    isDown = true;
    expect((await ask()).status).toBe(200);
    clock.milliseconds += 10_000;
    isFailing = true;
    const answer = await ask();
    expect([answer.status, answer.cacheOutcome]).toEqual([503, "LambdaExecutionError"]);
  });
});

describe("a path that can be normalised", () => {
  it("raw-path (assumed): goes to functions, cache key and origin as it was sent, and chooses the behavior by the other form", async () => {
    const raw = "/a/../special//%61.jpg";
    const special = { ...defaultCacheBehavior, pathPattern: "/special/*", lambdaFunctionAssociations: [] };
    const { ask, asked, eventOf } = observe();
    await ask(raw);
    expect(eventOf("viewer-request")?.request.uri).toBe(raw);
    expect(eventOf("origin-response")?.request.uri).toBe(raw);
    expect(asked.map(({ path }) => path)).toEqual([raw]);
    expect((await ask("/special/a.jpg")).cacheOutcome).toBe("Miss");
    expect((await ask(raw)).cacheOutcome).toBe("Hit");
    const chosen = observe({}, { description: { cacheBehaviors: [special] } });
    await chosen.ask(raw);
    expect([chosen.took(), chosen.asked.map(({ path }) => path)]).toEqual([[], [raw]]);
  });
});

describe("Vary: Accept of the origin", () => {
  it("vary-kept (assumed): stays on the answer, and Accept reaches the origin, where the origin request policy lists it", async () => {
    const origin = () => ({ ...stored, headers: { ...stored.headers, vary: "Accept" } });
    const { ask, asked } = observe({}, { origin });
    const headers = { host: "www.example.com", accept: "image/webp" };
    for (const outcome of ["Miss", "Hit"]) {
      const answer = await ask("/picture.jpg", { headers });
      expect([answer.cacheOutcome, answer.headers.vary]).toEqual([outcome, "Accept"]);
    }
    expect(asked[0]?.headers.accept).toBe("image/webp");
  });
});

// "Lambda@Edge event structure".
describe("the event", () => {
  it("of viewer-request has the documented shape, and nothing of CloudFront's own headers", async () => {
    const { ask, eventOf } = observe();
    const headers = {
      host: "d111111abcdef8.cloudfront.net",
      "user-agent": "curl/7.66.0",
      connection: "keep-alive",
      "x-edge-a": "1",
    };
    await ask("/picture.jpg?size=large", { headers });
    expect(eventOf("viewer-request")).toEqual({
      config: {
        distributionDomainName: "d111111abcdef8.cloudfront.net",
        distributionId: "EDFDVBD6EXAMPLE",
        eventType: "viewer-request",
        requestId,
      },
      request: {
        clientIp: "203.0.113.178",
        headers: {
          host: [{ key: "host", value: "d111111abcdef8.cloudfront.net" }],
          "user-agent": [{ key: "user-agent", value: "curl/7.66.0" }],
        },
        method: "GET",
        querystring: "size=large",
        uri: "/picture.jpg",
      },
    });
  });

  it("of origin-request has the origin, and the headers that the policies name", async () => {
    const origins = imgsealDistribution.origins.map((origin) => ({
      ...origin,
      originPath: "/folder",
      customHeaders: { "X-Secret": "abc" },
    }));
    const { ask, eventOf, asked } = observe({}, { description: { origins } });
    await ask("/picture.jpg?size=large", {
      headers: { host: "www.example.com", accept: "image/webp", cookie: "a=b" },
    });
    const origin = {
      s3: {
        authMethod: "none",
        customHeaders: { "x-secret": [{ key: "X-Secret", value: "abc" }] },
        domainName: "derivatives.s3.us-east-1.amazonaws.com",
        path: "/folder",
      },
    };
    const headers = {
      accept: "image/webp",
      host: "derivatives.s3.us-east-1.amazonaws.com",
      "user-agent": "Amazon CloudFront",
      via: "1.1 edfdvbd6example.d111111abcdef8.cloudfront.net (CloudFront)",
      "x-forwarded-for": "203.0.113.178",
    };
    const shaped = Object.fromEntries(Object.entries(headers).map(([key, value]) => [key, [{ key, value }]]));
    const request = {
      clientIp: "203.0.113.178",
      headers: shaped,
      method: "GET",
      origin,
      querystring: "",
      uri: "/picture.jpg",
    };
    expect(eventOf("origin-request")).toMatchObject({ config: { eventType: "origin-request", requestId } });
    expect(eventOf("origin-request")?.request).toEqual(request);
    expect(eventOf("origin-response")?.request).toEqual(request);
    expect(asked).toEqual([
      {
        method: "GET",
        path: "/folder/picture.jpg",
        querystring: "",
        headers: { ...headers, "x-secret": "abc" },
        origin,
        access: { originAccessControl: true, listBucket: false },
      },
    ]);
  });

  it("of origin-response shows S3's miss as it is: status as text, chunked, without a length and without a body", async () => {
    const { ask, eventOf } = observe({}, { origin: () => missing });
    await ask();
    const cf = eventOf("origin-response");
    const entries = Object.entries(missing.headers).map(([key, value]) => [key, [{ key, value }]]);
    expect(cf).toMatchObject({
      response: { status: "403", statusDescription: "Forbidden", headers: Object.fromEntries(entries) },
    });
    expect(Object.keys(Object(cf).response).sort()).toEqual(["headers", "status", "statusDescription"]);
  });

  it("of origin-response shows nothing of the origin's that is CloudFront's own, and neither does the answer", async () => {
    const own = { connection: "keep-alive", "x-edge-a": "1", "x-cache": "HIT", "x-amz-meta-a": "b" };
    const origin = () => ({ ...stored, headers: { ...stored.headers, ...own } });
    const { ask, eventOf } = observe({}, { origin });
    const answer = await ask();
    const shown = Object.keys(Object(eventOf("origin-response")).response.headers).sort();
    expect(shown).toEqual(["content-type", "etag", "server", "x-amz-meta-a"]);
    const without = await createEmulator({ origin }).ask();
    for (const { headers } of [answer, without]) {
      expect(headers).toMatchObject({ "x-amz-meta-a": "b" });
      for (const name of ["connection", "x-edge-a", "x-cache"]) expect(headers).not.toHaveProperty(name);
    }
  });

  it("of viewer-response has the request as viewer-request left it, and what the viewer gets", async () => {
    const { ask, eventOf } = observe({ "viewer-request": amend({ uri: "/other.jpg", querystring: "a=b" }) });
    await ask();
    expect(eventOf("viewer-response")).toMatchObject({
      request: { uri: "/other.jpg", querystring: "a=b" },
      response: {
        status: "200",
        statusDescription: "OK",
        headers: { etag: [{ key: "etag", value: '"v1"' }] },
      },
    });
  });

  it("has one entry for each cookie that is set, and each comes back as one", async () => {
    const cookies = [
      { key: "Set-Cookie", value: "theme=light" },
      { key: "Set-Cookie", value: "id=1; Expires=Wed, 09 Jun 2027 10:18:14 GMT" },
    ];
    const { ask, eventOf } = observe({
      "origin-response": async (event) => {
        given(event).headers["set-cookie"] = cookies;
        return given(event);
      },
    });
    const answer = await ask();
    expect(answer.headers["set-cookie"]).toBe("theme=light\nid=1; Expires=Wed, 09 Jun 2027 10:18:14 GMT");
    expect(Object(eventOf("viewer-response")).response.headers["set-cookie"]).toEqual(
      cookies.map(({ value }) => ({ key: "set-cookie", value })),
    );
  });
});

describe("what a function decides", () => {
  it("about uri, query and headers at viewer-request makes the cache key, and not the behavior", async () => {
    const special = { ...defaultCacheBehavior, pathPattern: "/special/*", targetOriginId: "special" };
    const origins = [
      ...imgsealDistribution.origins,
      ...imgsealDistribution.origins.map((origin) => ({
        ...origin,
        id: "special",
        domainName: "special.s3.amazonaws.com",
      })),
    ];
    const cacheBehaviors = [{ ...special, lambdaFunctionAssociations: [] }];
    const { ask, asked } = observe(
      { "viewer-request": amend({ uri: "/special/a.jpg" }) },
      { description: { origins, cacheBehaviors } },
    );
    await ask("/a.jpg");
    expect(asked[0]?.origin.s3?.domainName).toBe("derivatives.s3.us-east-1.amazonaws.com");
    // One entry: the key holds neither behavior nor origin.
    expect((await ask("/special/a.jpg")).cacheOutcome).toBe("Hit");
    expect((await ask("/other/b.jpg")).cacheOutcome).toBe("Hit");
  });

  it("about a header at viewer-request reaches the origin only if a policy lists it", async () => {
    const addHeaders: Handler = async (event) => {
      Object.assign(given(event).headers, { "x-listed": [{ value: "1" }], "x-other": [{ value: "2" }] });
      return given(event);
    };
    const originRequestPolicy = {
      name: "listed",
      headers: { behavior: "whitelist", items: ["X-Listed"] },
      cookies: none,
      queryStrings: none,
    } as const;
    const { ask, asked, eventOf } = observe(
      { "viewer-request": addHeaders },
      { behavior: { originRequestPolicy } },
    );
    await ask();
    expect(Object.keys(eventOf("origin-request")?.request.headers ?? {})).not.toContain("x-other");
    expect(asked[0]?.headers["x-listed"]).toBe("1");
  });

  it("about the origin at origin-request is where the request goes", async () => {
    const custom = {
      customHeaders: { "x-mine": [{ key: "X-Mine", value: "1" }] },
      domainName: "example.com",
      keepaliveTimeout: 5,
      path: "/v2",
      port: 443,
      protocol: "https",
      readTimeout: 5,
      sslProtocols: ["TLSv1.2"],
    };
    const { ask, asked, eventOf } = observe({ "origin-request": amend({ origin: { custom } }) });
    await ask();
    expect(asked[0]).toMatchObject({
      path: "/v2/picture.jpg",
      headers: { "x-mine": "1" },
      origin: { custom },
    });
    expect(eventOf("origin-response")?.request.origin).toEqual({ custom });
  });

  it.each([
    ["without a body keeps the origin's", {}, "the origin's body"],
    ["with an empty body removes the origin's", { body: "" }, ""],
    ["with text replaces it", { body: "é" }, "é"],
    ["with base64 replaces it", { body: "w6k=", bodyEncoding: "base64" }, "é"],
  ])("at origin-response %s", async (_case, changes, body) => {
    const answer = await observe({ "origin-response": amend(changes) }).ask();
    expect(answer.body?.toString() ?? "").toBe(body);
    expect(answer.headers["content-length"]).toBe(String(Buffer.byteLength(body)));
  });

  it("as a 200 without a body serves S3's XML as 200: the trap of a forgotten body", async () => {
    const { ask } = observe({ "origin-response": amend({ status: 200 }) }, { origin: () => missing });
    const answer = await ask();
    expect([answer.status, String(answer.body)]).toEqual([200, String(missing.body)]);
  });

  it("at viewer-response is for this viewer alone", async () => {
    let count = 0;
    const { ask } = observe({
      "viewer-response": async (event) => {
        given(event).headers["x-count"] = [{ value: String(++count) }];
        return given(event);
      },
    });
    expect((await ask()).headers["x-count"]).toBe("1");
    const hit = await ask();
    expect([hit.cacheOutcome, hit.headers["x-count"]]).toEqual(["Hit", "2"]);
  });

  it("has no body for HEAD", async () => {
    const { ask } = observe({ "viewer-request": generate({}) });
    const answer = await ask("/a", { method: "HEAD" });
    expect([answer.status, answer.headers["content-length"], answer.body]).toEqual([200, "4", undefined]);
  });
});

describe("nothing that a function keeps", () => {
  it("changes what comes after it", async () => {
    const kept: Record<string, unknown>[] = [];
    const keep: Handler = async (event) => {
      for (const object of kept) spoil(object);
      kept.push(given(event), Object(event));
      return given(event);
    };
    const { ask } = observe(Object.fromEntries(eventTypes.map((eventType) => [eventType, keep])));
    const first = await ask();
    for (const object of kept) spoil(object);
    const hit = await ask();
    expect([hit.cacheOutcome, hit.status, String(hit.body)]).toEqual(["Hit", 200, "the origin's body"]);
    expect(hit.headers).toEqual(first.headers);
    expect(hit.headers.etag).toBe('"v1"');
  });

  it("changes the origin but by returning it", async () => {
    const { ask, asked } = createEmulator({
      handlers: {
        "origin-request": async (event) => {
          const { origin, ...request } = given(event);
          Object(origin).s3.domainName = "spoilt.s3.amazonaws.com";
          return request;
        },
      },
    });
    expect((await ask()).status).toBe(200);
    expect(asked[0]?.origin.s3?.domainName).toBe("derivatives.s3.us-east-1.amazonaws.com");
  });

  function spoil(object: Record<string, unknown>): void {
    for (const value of Object.values(object))
      if (typeof value === "object" && value !== null) spoil(Object(value));
    for (const name of Object.keys(object)) object[name] = "spoilt";
  }
});

describe("several edge locations", () => {
  const pops = ["FRA56-P1", "IAD89-C1"] as const;

  it("have a cache each, and one origin", async () => {
    const { ask, asked, distribution } = observe({}, { options: { pops: [...pops] } });
    const outcomes = [];
    for (const pop of [0, 0, 1, 1]) {
      const answer = await ask("/a", {}, pop);
      outcomes.push([answer.pop, answer.cacheOutcome]);
    }
    expect(outcomes).toEqual([
      ["FRA56-P1", "Miss"],
      ["FRA56-P1", "Hit"],
      ["IAD89-C1", "Miss"],
      ["IAD89-C1", "Hit"],
    ]);
    expect(asked.length).toBe(2);
    distribution.invalidate(["/a"]);
    expect((await ask("/a", {}, 0)).cacheOutcome).toBe("Miss");
    expect((await ask("/a", {}, 1)).cacheOutcome).toBe("Miss");
    await expect(async () => ask("/a", {}, 2)).rejects.toThrow(
      new RangeError("expected a location below 2, received 2"),
    );
  });

  it("share what Origin Shield has, which is where the origin's functions run", async () => {
    const origins = imgsealDistribution.origins.map((origin) => ({ ...origin, originShield: true }));
    const { ask, took, asked } = observe({}, { options: { pops: [...pops] }, description: { origins } });
    await ask("/a", {}, 0);
    expect(took()).toEqual(eventTypes);
    await ask("/a", {}, 1);
    expect(took()).toEqual(["viewer-request", "viewer-response"]);
    expect(asked.length).toBe(1);
  });

  it("and Origin Shield share the bytes that are given for all", async () => {
    const origins = imgsealDistribution.origins.map((origin) => ({ ...origin, originShield: true }));
    // Of three caches each has room for two answers of some 12,100 bytes, with what they cost beside their bodies.
    const { ask, asked } = observe(
      {},
      {
        origin: () => ({ ...stored, body: Buffer.alloc(10_000) }),
        options: { pops: [...pops], cacheBytes: 75_000 },
        description: { origins },
      },
    );
    for (const path of ["/a", "/b", "/c", "/a"]) await ask(path);
    expect(asked.length).toBe(4);
  });
});

describe("an origin's custom header", () => {
  const origins = imgsealDistribution.origins.map((origin) => ({
    ...origin,
    customHeaders: { "X-Secret": "abc" },
  }));
  const originRequestPolicy = {
    name: "secret",
    headers: { behavior: "whitelist", items: ["x-secret"] },
    cookies: none,
    queryStrings: none,
  } as const;
  const headers = { host: "h", "x-secret": "forged" };

  it("replaces the viewer's of the same name (add-origin-custom-headers)", async () => {
    const { ask, asked } = createEmulator({ description: { origins }, behavior: { originRequestPolicy } });
    await ask("/a", { headers });
    expect(asked[0]?.headers["x-secret"]).toBe("abc");
  });

  it("does so behind a function too, which is not blamed for what the viewer sent", async () => {
    const { ask, asked } = observe({}, { description: { origins }, behavior: { originRequestPolicy } });
    const { status, logged } = await ask("/a", { headers });
    expect([status, logged, asked[0]?.headers["x-secret"]]).toEqual([200, [], "abc"]);
  });
});

describe("the policies of a behavior", () => {
  const cachePolicy: CachePolicy = { ...defaultCacheBehavior.cachePolicy, queryStrings: all, cookies: all };

  it("send on what the cache policy names without being asked twice", async () => {
    const { ask, asked } = observe({}, { behavior: { cachePolicy } });
    await ask("/a?x=1&y=2", { headers: { host: "h", cookie: "a=1; b=2" } });
    expect(asked[0]).toMatchObject({ querystring: "x=1&y=2", headers: { cookie: "a=1; b=2" } });
  });

  it("add and remove headers of every answer from the cache", async () => {
    const responseHeadersPolicy = {
      name: "security",
      customHeaders: [
        { header: "X-Frame-Options", value: "DENY", override: true },
        { header: "Etag", value: '"other"', override: false },
      ],
      removeHeaders: ["Server"],
    };
    const { ask } = createEmulator({ behavior: { responseHeadersPolicy } });
    const [first, second] = [await ask(), await ask()];
    expect(second.headers).toMatchObject({ "x-frame-options": "DENY", etag: '"v1"' });
    expect(Object.keys(second.headers)).not.toContain("server");
    expect(first.headers).toEqual(second.headers);
  });
});

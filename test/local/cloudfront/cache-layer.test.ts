import { describe, expect, it } from "vitest";
import type { LayerAnswer } from "../../../src/local/cloudfront/layer.ts";
import { behaviorWith, failure, layerPolicy, ok, ourCachePolicy, setUpLayer } from "./layer-requests.ts";

const validated = {
  "cache-control": "max-age=60",
  etag: '"v1"',
  "last-modified": "Mon, 23 Nov 2026 09:00:00 GMT",
};

function text({ body }: LayerAnswer): string {
  return body.toString();
}

describe("a hit", () => {
  it("is what was stored, with its age, until its lifetime is over", async () => {
    const { ask, pass, sent } = setUpLayer(() => ok("one"));
    expect(await ask()).toMatchObject({ status: 200, outcome: "Miss", ageSeconds: 0 });
    pass(59.999);
    const hit = await ask();
    expect(hit).toMatchObject({ outcome: "Hit", ageSeconds: 59, fromLayer: "POP1" });
    expect([text(hit), hit.headers["content-length"]]).toEqual(["one", "3"]);
    expect(sent).toHaveLength(1);
    pass(0.001);
    expect((await ask()).outcome).toBe("Miss");
  });

  it("hands out the very same headers object each time, so that what is made of it can be kept", async () => {
    const { ask } = setUpLayer(() => ok("one"));
    await ask();
    expect((await ask()).headers).toBe((await ask()).headers);
  });

  it("is an Error for an error that is kept (HTTPStatusCodes)", async () => {
    const { ask, pass, sent } = setUpLayer(() => failure(404), layerPolicy({ errorCachingMinTTL: 10 }));
    expect((await ask()).outcome).toBe("Error");
    pass(9);
    expect(await ask()).toMatchObject({ status: 404, outcome: "Error", ageSeconds: 9, fromLayer: "POP1" });
    pass(1);
    await ask();
    expect(sent).toHaveLength(2);
  });

  it("does not come of an answer that no layer may keep", async () => {
    const { ask, sent } = setUpLayer(() => ({
      ...failure(502),
      doNotCache: true,
      madeBy: "LambdaValidationError",
    }));
    expect(await ask()).toMatchObject({
      outcome: "Error",
      doNotCache: true,
      madeBy: "LambdaValidationError",
    });
    await ask();
    expect(sent).toHaveLength(2);
  });

  it("ignores Cache-Control and Pragma of the viewer (expiration-individual-objects)", async () => {
    const { ask, sent } = setUpLayer(() => ok("one"));
    await ask();
    await ask({ headers: { "cache-control": "no-cache", pragma: "no-cache" } });
    expect(sent).toHaveLength(1);
  });

  it("is bounded in bytes: the least recently used answers go", async () => {
    const { ask, sent } = setUpLayer(() => ok("x".repeat(10_000)), layerPolicy(), { maxBytes: 30_000 });
    for (const uri of ["/a", "/b", "/a", "/c", "/a"]) await ask({ uri });
    expect(sent).toHaveLength(3);
    await ask({ uri: "/b" });
    expect(sent).toHaveLength(4);
  });
});

describe("methods", () => {
  it("GET and HEAD share a key: what GET stored answers HEAD, without the body and with its length", async () => {
    const { ask, sent } = setUpLayer(() => ok("whole"));
    await ask();
    const head = await ask({ method: "HEAD" });
    expect(head).toMatchObject({ status: 200, outcome: "Hit" });
    expect([text(head), head.headers["content-length"]]).toEqual(["", "5"]);
    expect(sent).toHaveLength(1);
  });

  it("a HEAD leaves no empty body for GET", async () => {
    const { ask } = setUpLayer(({ request }) => (request.method === "HEAD" ? ok("") : ok("whole")));
    await ask({ method: "HEAD" });
    expect(text(await ask())).toBe("whole");
  });

  it("OPTIONS has a key of its own, and is kept only where the behavior says so (CachedMethods)", async () => {
    const { ask, sent } = setUpLayer(({ request }) => ok(request.method));
    const options = (cachedMethods: readonly string[]) => ({
      method: "OPTIONS",
      behavior: behaviorWith(ourCachePolicy, { cachedMethods }),
    });
    await ask();
    expect(text(await ask(options(["GET", "HEAD", "OPTIONS"])))).toBe("OPTIONS");
    expect((await ask(options(["GET", "HEAD", "OPTIONS"]))).outcome).toBe("Hit");
    expect((await ask(options(["GET", "HEAD"]))).outcome).toBe("Miss");
    expect(text(await ask())).toBe("GET");
    expect(sent).toHaveLength(3);
  });

  it("PUT and POST pass through", async () => {
    const { ask, sent } = setUpLayer(({ request }) => ok(request.method));
    await ask();
    for (const method of ["PUT", "POST", "DELETE", "PATCH"]) {
      expect(await ask({ method })).toMatchObject({ outcome: "Miss", body: Buffer.from(method) });
    }
    expect(sent).toHaveLength(5);
  });
});

describe("revalidation (RequestS3ConditionalGETs)", () => {
  it("asks with both validators, and a 304 refreshes headers and lifetime", async () => {
    const { ask, pass, sent } = setUpLayer(({ conditions }) =>
      conditions["if-none-match"] === '"v1"'
        ? {
            ...failure(304, {
              "cache-control": "max-age=10",
              "x-new": "1",
              "content-length": "0",
              "transfer-encoding": "chunked",
            }),
            body: Buffer.of(),
          }
        : ok("one", { ...validated, "content-type": "image/webp" }),
    );
    await ask();
    pass(61);
    const refreshed = await ask();
    expect(sent[1]?.conditions).toEqual({
      "if-none-match": '"v1"',
      "if-modified-since": validated["last-modified"],
    });
    expect(refreshed).toMatchObject({ status: 200, outcome: "RefreshHit", ageSeconds: 0, fromLayer: "POP1" });
    expect(refreshed.headers).toEqual({
      ...validated,
      "cache-control": "max-age=10",
      "content-length": "3",
      "content-type": "image/webp",
      "x-new": "1",
    });
    pass(9);
    expect(await ask()).toMatchObject({ outcome: "Hit", ageSeconds: 9 });
    pass(1);
    await ask();
    expect(sent).toHaveLength(3);
  });

  it("is without conditions after Vary: * (Content negotiation)", async () => {
    const { ask, sent } = setUpLayer(() => ok("one", { ...validated, vary: "*" }));
    await ask();
    expect((await ask()).outcome).toBe("Miss");
    expect(sent[1]?.conditions).toEqual({});
  });

  it("by a HEAD keeps the body", async () => {
    const { ask, pass } = setUpLayer(({ conditions }) =>
      "if-none-match" in conditions ? failure(304, validated) : ok("one", validated),
    );
    await ask();
    pass(61);
    expect(await ask({ method: "HEAD" })).toMatchObject({
      status: 200,
      outcome: "RefreshHit",
      body: Buffer.of(),
    });
    expect(await ask()).toMatchObject({ outcome: "Hit", body: Buffer.from("one") });
  });

  it("replaces what has changed, which is a Miss", async () => {
    let version = 1;
    const { ask, pass } = setUpLayer(() => ok(`v${version}`, { ...validated, etag: `"v${version}"` }));
    await ask();
    version = 2;
    pass(61);
    expect(await ask()).toMatchObject({ outcome: "Miss", body: Buffer.from("v2") });
    expect(await ask()).toMatchObject({ outcome: "Hit", body: Buffer.from("v2") });
  });

  it("returns a 4xx instead of what has expired, and does not fall back on that later (HTTPStatusCodes)", async () => {
    const answers = [ok("one", validated), failure(403), failure(503)];
    const { ask, pass } = setUpLayer(() => answers.shift() ?? ok("late"));
    await ask();
    pass(61);
    expect((await ask()).status).toBe(403);
    expect((await ask()).status).toBe(503);
  });

  it("is without conditions where cookies are forwarded (Cookies)", async () => {
    const policy = layerPolicy({ cookies: { behavior: "all" } });
    const { ask, pass, sent } = setUpLayer(() => ok("one", validated), policy);
    await ask();
    pass(61);
    await ask();
    expect(sent[1]?.conditions).toEqual({});
  });
});

describe("an origin that fails while something is kept (HTTPStatusCodes, stale-content)", () => {
  function setUp(cacheControl: string, policy = layerPolicy({ errorCachingMinTTL: 10 })) {
    let isDown = false;
    const all = setUpLayer(
      () => (isDown ? failure(503) : ok("one", { ...validated, "cache-control": cacheControl })),
      policy,
    );
    return { ...all, goDown: () => (isDown = true), comeBack: () => (isDown = false) };
  }

  it("stale-is-a-refresh-hit (assumed): serves what has expired, and asks again only after the error caching minimum", async () => {
    const { ask, pass, sent, goDown, comeBack } = setUp("max-age=60");
    await ask();
    goDown();
    pass(61);
    expect(await ask()).toMatchObject({ status: 200, outcome: "RefreshHit", ageSeconds: 61 });
    pass(9);
    expect(await ask()).toMatchObject({ status: 200, outcome: "Hit", ageSeconds: 70 });
    expect(sent).toHaveLength(2);
    pass(1);
    comeBack();
    expect(await ask()).toMatchObject({ status: 200, outcome: "Miss", ageSeconds: 0 });
    expect(sent).toHaveLength(3);
  });

  it.each(["no-store", "no-cache", "private", "max-age=0"])(
    "serves what said %s, which is never a plain hit (Expiration, the warning below the table)",
    async (cacheControl) => {
      const { ask, pass, sent, goDown, comeBack } = setUp(cacheControl);
      await ask();
      expect((await ask()).outcome).not.toBe("Hit");
      goDown();
      expect(await ask()).toMatchObject({ status: 200, outcome: "RefreshHit" });
      pass(10);
      comeBack();
      expect((await ask()).ageSeconds).toBe(0);
      expect(sent).toHaveLength(4);
    },
  );

  it("does not serve what said no-store together with stale-if-error=0, or with a maximum TTL of 0", async () => {
    const disabled = layerPolicy({ minTTL: 0, defaultTTL: 0, maxTTL: 0 });
    for (const { ask, goDown } of [setUp("no-store, stale-if-error=0"), setUp("no-store", disabled)]) {
      await ask();
      goDown();
      expect((await ask()).status).toBe(503);
    }
  });

  it("returns the error with stale-if-error=0", async () => {
    const { ask, pass, goDown } = setUp("max-age=60, stale-if-error=0");
    await ask();
    goDown();
    pass(61);
    expect(await ask()).toMatchObject({ status: 503, outcome: "Error" });
  });

  it("serves it for no longer than stale-if-error says", async () => {
    const { ask, pass, goDown } = setUp("max-age=60, stale-if-error=15");
    await ask();
    goDown();
    pass(61);
    expect((await ask()).status).toBe(200);
    pass(10);
    expect((await ask()).status).toBe(200);
    pass(4);
    expect((await ask()).status).toBe(503);
  });

  it("serves it for no longer than the maximum TTL", async () => {
    const { ask, pass, goDown } = setUp("max-age=60", layerPolicy({ maxTTL: 100 }));
    await ask();
    goDown();
    pass(99);
    expect((await ask()).status).toBe(200);
    pass(1);
    expect((await ask()).status).toBe(503);
  });

  it("does not take an older error for something to serve", async () => {
    const answers = [failure(404), failure(503)];
    const { ask, pass } = setUpLayer(() => answers.shift() ?? ok("late"));
    await ask();
    pass(2);
    expect((await ask()).status).toBe(503);
  });
});

describe("a viewer's own conditions", () => {
  it("are answered from the cache", async () => {
    const { ask, sent } = setUpLayer(() => ok("one", validated));
    await ask();
    const same = await ask({ headers: { "if-none-match": 'W/"v1"' } });
    expect(same).toMatchObject({ status: 304, outcome: "Hit", body: Buffer.of() });
    expect(same.headers.etag).toBe('"v1"');
    expect((await ask({ headers: { "if-modified-since": validated["last-modified"] } })).status).toBe(304);
    expect((await ask({ headers: { "if-none-match": '"v2"' } })).status).toBe(200);
    expect(sent).toHaveLength(1);
  });

  it("go to the origin on a miss, apart from the request, and its 304 is theirs alone (request-custom-headers-behavior)", async () => {
    const { ask, sent } = setUpLayer(({ conditions }) =>
      "if-none-match" in conditions ? failure(304, validated) : ok("one", validated),
    );
    const headers = { "if-none-match": '"v1"', accept: "image/*" };
    expect(await ask({ headers })).toMatchObject({ status: 304, outcome: "Miss" });
    expect(sent[0]).toMatchObject({
      request: { headers: { accept: "image/*" } },
      conditions: { "if-none-match": '"v1"' },
    });
    expect(sent[0]?.request.headers).not.toHaveProperty("if-none-match");
    expect(await ask()).toMatchObject({ status: 200, outcome: "Miss", body: Buffer.from("one") });
  });

  it("are replaced by the validators of what has expired, and evaluated after that", async () => {
    const { ask, pass, sent } = setUpLayer(({ conditions }) =>
      conditions["if-none-match"] === '"v1"' ? failure(304, validated) : ok("one", validated),
    );
    await ask();
    pass(61);
    expect(await ask({ headers: { "if-none-match": '"other"' } })).toMatchObject({
      status: 200,
      outcome: "RefreshHit",
    });
    expect(sent[1]?.conditions["if-none-match"]).toBe('"v1"');
    expect((await ask({ headers: { "if-none-match": '"v1"' } })).status).toBe(304);
  });

  it("do not leave a 412 for others", async () => {
    const { ask } = setUpLayer(({ conditions }) =>
      "if-match" in conditions ? failure(412, { "cache-control": "max-age=60" }) : ok("one"),
    );
    expect((await ask({ headers: { "if-match": '"x"' } })).status).toBe(412);
    expect((await ask()).status).toBe(200);
  });
});

describe("a Range (RangeGETs)", () => {
  const whole = "0123456789".repeat(100);
  const origin = ({ conditions: { range } }: { readonly conditions: Readonly<Record<string, string>> }) => {
    const match = /^bytes=(\d+)-(\d+)$/.exec(range ?? "");
    if (match === null) return ok(whole, validated);
    const [first, last] = [Number(match[1]), Number(match[2])];
    return {
      ...ok(whole.slice(first, last + 1), { ...validated, "content-range": `bytes ${first}-${last}/1000` }),
      status: 206,
      statusDescription: "Partial Content",
    };
  };

  it("is cut from the whole in the cache", async () => {
    const { ask, sent } = setUpLayer(() => ({ ...ok(whole, validated), statusDescription: "OK" }));
    await ask();
    const part = await ask({ headers: { range: "bytes=2-4" } });
    expect([part.status, text(part), part.headers["content-range"]]).toEqual([206, "234", "bytes 2-4/1000"]);
    expect(part).not.toHaveProperty("statusDescription");
    expect((await ask({ headers: { range: "bytes=1000-" } })).status).toBe(416);
    expect(text(await ask({ headers: { range: "bytes=2-4", "if-range": '"v0"' } }))).toBe(whole);
    expect(sent).toHaveLength(1);
  });

  it("goes to the origin on a miss; the part is kept for the same Range, and is not the whole", async () => {
    const { ask, sent } = setUpLayer(origin);
    const headers = { range: "bytes=2-4" };
    expect(await ask({ headers })).toMatchObject({ status: 206, outcome: "Miss", body: Buffer.from("234") });
    expect(sent[0]?.conditions).toEqual(headers);
    expect(await ask({ headers })).toMatchObject({ status: 206, outcome: "Hit", body: Buffer.from("234") });
    expect((await ask({ headers: { ...headers, "if-none-match": '"v1"' } })).status).toBe(304);
    expect(await ask()).toMatchObject({ status: 200, outcome: "Miss", body: Buffer.from(whole) });
    expect(sent).toHaveLength(2);
  });

  it("of another version is not served from a part", async () => {
    const { ask, sent } = setUpLayer(origin);
    await ask({ headers: { range: "bytes=2-4" } });
    await ask({ headers: { range: "bytes=2-4", "if-range": '"v0"' } });
    expect(sent[1]?.conditions).toEqual({ range: "bytes=2-4", "if-range": '"v0"' });
  });

  it("that the origin does not serve, as that of a generated answer, gets the whole with 200, and 206 after that", async () => {
    const { ask } = setUpLayer(() => ok(whole, validated));
    const headers = { range: "bytes=2-4" };
    expect(await ask({ headers })).toMatchObject({ status: 200, outcome: "Miss", body: Buffer.from(whole) });
    expect(await ask({ headers })).toMatchObject({ status: 206, outcome: "Hit", body: Buffer.from("234") });
  });

  it("that cannot be satisfied is never kept", async () => {
    const { ask, sent } = setUpLayer(() => failure(416, { "cache-control": "max-age=60" }));
    await ask({ headers: { range: "bytes=9999-" } });
    await ask({ headers: { range: "bytes=9999-" } });
    expect(sent).toHaveLength(2);
  });
});

describe("layers behind one another", () => {
  it("age-behind-origin-shield (assumed, as RFC 9111 4.2.3): POPs share what the shield has, whose age counts against the lifetime", async () => {
    const shield = setUpLayer(() => ok("one", validated), layerPolicy(), { name: "shield" });
    const pop = (name: string) =>
      setUpLayer(
        ({ request, conditions }) =>
          shield.layer.answer({ ...request, headers: { ...request.headers, ...conditions } }),
        layerPolicy(),
        { name, nowMilliseconds: () => shield.clock.milliseconds },
      );
    const [first, second] = [pop("POP1"), pop("POP2")];
    expect(await first.ask()).toMatchObject({ outcome: "Miss" });
    shield.pass(50);
    expect(await second.ask()).toMatchObject({ outcome: "Miss", ageSeconds: 50, fromLayer: "shield" });
    expect(shield.sent).toHaveLength(1);
    shield.pass(5);
    expect(await second.ask()).toMatchObject({ outcome: "Hit", ageSeconds: 55, fromLayer: "POP2" });
    shield.pass(5);
    await second.ask();
    expect(shield.sent).toHaveLength(2);
  });

  it("a POP revalidates with the shield, which answers from what it has", async () => {
    const shield = setUpLayer(() => ok("one", validated), layerPolicy(), { name: "shield" });
    const pop = setUpLayer(
      ({ request, conditions }) =>
        shield.layer.answer({ ...request, headers: { ...request.headers, ...conditions } }),
      layerPolicy({ maxTTL: 10 }),
      { nowMilliseconds: () => shield.clock.milliseconds },
    );
    await pop.ask();
    shield.pass(10);
    expect(await pop.ask()).toMatchObject({ status: 200, outcome: "RefreshHit", body: Buffer.from("one") });
    expect(pop.sent[1]?.conditions["if-none-match"]).toBe('"v1"');
    expect(shield.sent).toHaveLength(1);
  });
});

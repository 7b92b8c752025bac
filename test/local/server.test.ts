import { connect } from "node:net";
import sharp from "sharp";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { ImgsealError } from "../../src/errors.ts";
import type { StartTimer } from "../../src/local/cloudfront/timer.ts";
import { makeObject } from "../fixtures/memory-store.ts";
import { noise } from "../fixtures/pictures.ts";
import { makePreset, makeTable, thumb } from "../fixtures/presets.ts";
import { signedTarget, startTestService, type TestService } from "../fixtures/service.ts";

let photo: Buffer;
let service: TestService;

const source = "photos/cat.jpg";
const cat = signedTarget({ preset: "thumb", source });
const canonicalPath = "/photos/cat.jpg/thumb.3f9a1c20b4d7.webp";

beforeAll(async () => {
  photo = await sharp({ create: { width: 400, height: 400, channels: 3, background: "#3c3" } })
    .jpeg()
    .toBuffer();
});

beforeEach(async () => {
  service = await startTestService();
  service.sources.objects.set(source, makeObject(photo));
});

afterEach(async () => {
  await service.close(1_000);
});

function renders(): number {
  return service.logged.filter(({ outcome }) => outcome === "rendered").length;
}

describe("a picture over HTTP", () => {
  it("is a Miss, then a Hit with its age", async () => {
    const miss = await service.get(cat);
    expect(miss.status).toBe(200);
    expect(miss.headers.get("x-cache")).toBe("Miss from imgseal");
    expect(miss.headers.get("age")).toBeNull();
    expect(await sharp(Buffer.from(await miss.arrayBuffer())).metadata()).toMatchObject({
      format: "webp",
      width: 200,
      height: 150,
    });
    service.clock.milliseconds += 5_000;
    const hit = await service.get(cat);
    expect(hit.headers.get("x-cache")).toBe("Hit from imgseal");
    expect(hit.headers.get("age")).toBe("5");
    expect([miss.headers.get("via"), hit.headers.get("via")]).toEqual([
      "1.1 local (imgseal)",
      "1.1 local (imgseal)",
    ]);
    expect(hit.headers.get("x-imgseal")).toBe("rendered");
    expect(hit.headers.get("etag")).toBe(miss.headers.get("etag"));
  });

  it.each([
    ["with its query reordered", cat.replace(/\?(kid=[^&]+)&(sig=.+)/, "?$2&$1")],
    ["with a tracking parameter", `${cat}&utm_source=x`],
    ["with an expiry", signedTarget({ preset: "thumb", source, exp: 1_893_456_000 })],
    ["with another key of the set", signedTarget({ preset: "thumb", source }, "demo-2")],
  ])("is the same entry %s", async (_case, target) => {
    await service.get(cat);
    const again = await service.get(target);
    expect([again.status, again.headers.get("x-cache")]).toEqual([200, "Hit from imgseal"]);
    expect(service.logged.map((line) => line.canonicalPath)).toEqual([canonicalPath, canonicalPath]);
    expect(renders()).toBe(1);
  });

  it("comes from the derivatives store when the cache has lost it", async () => {
    await service.get(cat);
    const { derivatives, sources } = service;
    const second = await startTestService({ derivatives, sources });
    const stored = await second.get(cat);
    expect(stored.headers.get("x-imgseal")).toBe("stored");
    expect(stored.headers.get("x-cache")).toBe("Miss from imgseal");
    expect([...stored.headers.keys()].filter((name) => name.startsWith("x-amz-"))).toEqual([]);
    await second.close(1_000);
  });

  it("does not show the cache tags to viewers", async () => {
    expect((await service.get(cat)).headers.get("cache-tag")).toBeNull();
  });

  it("is refused with one character of its signature changed, and that is cached nowhere", async () => {
    const forged = cat.replace(/sig=(.)/, (_all, first) => `sig=${first === "A" ? "B" : "A"}`);
    const answer = await service.get(forged);
    expect([answer.status, answer.headers.get("cache-control")]).toEqual([403, "no-store"]);
    expect(await answer.text()).toContain(String(service.logged[0]?.id));
    expect((await service.get(cat)).status).toBe(200);
  });
});

describe("a viewer-request that is too slow", () => {
  const startWith = async (startTimer: StartTimer) => {
    await service.close(1_000);
    service = await startTestService({ startTimer });
    service.sources.objects.set(source, makeObject(photo));
  };

  it("is ended with CloudFront's page, and the log says which rule it was", async () => {
    await startWith((callback) => {
      callback();
      return () => {};
    });
    const answer = await service.get(cat);
    expect([answer.status, answer.headers.get("x-cache")]).toEqual([
      503,
      "LambdaExecutionError from imgseal",
    ]);
    expect(await answer.text()).toContain("<H1>503 ERROR</H1>");
    expect(JSON.stringify(service.logged)).toContain('"function":"viewer-request","rule":"handler-timeout"');
  });

  it("has 5 s, and a render may wait for its turn as long as it must", async () => {
    const begun: number[] = [];
    await startWith((_callback, milliseconds) => {
      begun.push(milliseconds);
      return () => {};
    });
    const answer = await service.get(cat);
    expect([answer.status, answer.headers.get("x-imgseal"), begun]).toEqual([200, "rendered", [5_000]]);
  });
});

describe("conditional, HEAD and range requests", () => {
  it("answer 304 to the ETag of a Hit", async () => {
    const etag = (await service.get(cat)).headers.get("etag") ?? "";
    const again = await service.get(cat, { headers: { "if-none-match": etag } });
    expect(again.status).toBe(304);
    expect(again.headers.get("cache-control")).toBe("public, max-age=86400");
    expect((await again.arrayBuffer()).byteLength).toBe(0);
  });

  it("answer HEAD without a body and leave no empty body to GET", async () => {
    const head = await service.get(cat, { method: "HEAD" });
    expect([head.status, head.headers.get("cache-control")]).toEqual([200, "no-store, stale-if-error=0"]);
    expect(head.headers.get("content-length")).toBeNull();
    const get = await service.get(cat);
    expect((await get.arrayBuffer()).byteLength).toBeGreaterThan(0);
    const headHit = await service.get(cat, { method: "HEAD" });
    expect(headHit.headers.get("x-cache")).toBe("Hit from imgseal");
    expect(Number(headHit.headers.get("content-length"))).toBeGreaterThan(0);
    expect(renders()).toBe(1);
  });

  it("answer a Range from the cache with 206 and on a generated answer with the whole", async () => {
    const range = { headers: { range: "bytes=0-9" } };
    expect((await service.get(cat, range)).status).toBe(200);
    const hit = await service.get(cat, range);
    expect(hit.status).toBe(206);
    expect((await hit.arrayBuffer()).byteLength).toBe(10);
  });
});

describe("the cache", () => {
  it("collapses concurrent requests for one path into one render", async () => {
    const answers = await Promise.all(Array.from({ length: 50 }, () => service.get(cat)));
    const bodies = await Promise.all(
      answers.map(async (answer) => Buffer.from(await answer.arrayBuffer()).toString("hex")),
    );
    expect(answers.every(({ status }) => status === 200)).toBe(true);
    expect(new Set(bodies).size).toBe(1);
    expect(renders()).toBe(1);
  });

  it("collapses GET and HEAD of one path too: at most one of them renders", async () => {
    const methods = ["HEAD", "GET", "GET", "HEAD", "GET"];
    const answers = await Promise.all(methods.map((method) => service.get(cat, { method })));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    expect(renders()).toBe(1);
  });

  it("revalidates what is no longer fresh, with the stored derivative's ETag", async () => {
    await service.get(cat);
    service.clock.milliseconds += 86_400_000;
    const again = await service.get(cat);
    expect(again.headers.get("x-cache")).toBe("RefreshHit from imgseal");
    expect(renders()).toBe(1);
    expect((await service.get(cat)).headers.get("x-cache")).toBe("Hit from imgseal");
  });

  it("renders again once a purge has removed the derivative and the entry is no longer fresh", async () => {
    await service.get(cat);
    await service.derivatives.removePrefix("photos/cat.jpg/");
    service.clock.milliseconds += 86_400_000;
    expect((await service.get(cat)).headers.get("x-cache")).toBe("Miss from imgseal");
    expect(renders()).toBe(2);
  });

  it("does not send viewers round in circles while the store fails: the redirect to a stored picture stands in for nothing", async () => {
    await service.close(1_000);
    const large = makePreset({ name: "large", formats: ["png"], maxBytes: 1_000 });
    service = await startTestService({ table: makeTable([large]) });
    service.sources.objects.set(source, makeObject(await noise(200, 150).png().toBuffer()));
    const target = signedTarget({ preset: "large", source });
    expect((await service.get(target)).status).toBe(302);
    service.derivatives.before = () => {
      throw new ImgsealError("STORE_UNAVAILABLE", "down");
    };
    const answer = await service.get(target);
    expect([answer.status, answer.headers.get("x-cache")]).toEqual([503, "Error from imgseal"]);
  });

  it("serves the stale picture while the store fails, and is well again after", async () => {
    await service.get(cat);
    service.clock.milliseconds += 86_400_000;
    service.derivatives.before = () => {
      throw new ImgsealError("STORE_UNAVAILABLE", "down");
    };
    expect((await service.get(cat)).status).toBe(200);
    service.derivatives.before = () => {};
    // The error caching minimum: until then nobody asks the store again.
    service.clock.milliseconds += 1_000;
    expect((await service.get(cat)).headers.get("x-cache")).toBe("RefreshHit from imgseal");
  });

  it("keeps a missing source for 10 seconds and not longer", async () => {
    const missing = signedTarget({ preset: "thumb", source: "photos/later.jpg" });
    expect((await service.get(missing)).status).toBe(404);
    service.sources.objects.set("photos/later.jpg", makeObject(photo));
    service.clock.milliseconds += 9_000;
    const cached = await service.get(missing);
    expect([cached.status, cached.headers.get("x-cache")]).toEqual([404, "Error from imgseal"]);
    service.clock.milliseconds += 2_000;
    expect((await service.get(missing)).status).toBe(200);
  });

  it("keeps a refused source for its 300 seconds: one broken picture is not endless work", async () => {
    service.sources.objects.set(source, makeObject(Buffer.from("not a picture")));
    expect((await service.get(cat)).status).toBe(415);
    expect((await service.get(cat)).status).toBe(415);
    expect(service.logged.filter(({ ms }) => Object.hasOwn(ms as object, "read")).length).toBe(1);
  });
});

describe("under load", () => {
  it("answers 503 with Retry-After to those beyond the queue, and 200 to all others", async () => {
    await service.close(1_000);
    service = await startTestService({ maxWaiting: 4 });
    const names = Array.from({ length: 30 }, (_, index) => `photos/${index}.jpg`);
    for (const name of names) service.sources.objects.set(name, makeObject(photo));
    // Nothing is rendered until the first is refused, however slowly this machine asks.
    let isRefused = () => {};
    const untilRefused = new Promise<void>((resolve) => {
      isRefused = resolve;
    });
    service.sources.before = () => untilRefused;
    const answers = await Promise.all(
      names.map(async (name) => {
        const answer = await service.get(signedTarget({ preset: "thumb", source: name }));
        if (answer.status === 503) isRefused();
        return answer;
      }),
    );
    const refused = answers.filter(({ status }) => status === 503);
    expect(answers.filter(({ status }) => status === 200).length).toBe(30 - refused.length);
    expect(refused.length).toBeGreaterThan(0);
    expect(refused.every(({ headers }) => headers.get("retry-after") === "1")).toBe(true);
    expect(service.logged.filter(({ code }) => code === "OVERLOADED").length).toBe(refused.length);
  });

  it("finishes what runs before it closes", async () => {
    const isReading = new Promise<void>((resolve) => {
      service.sources.before = () => resolve();
    });
    const running = service.get(cat);
    await isReading;
    const [answer] = await Promise.all([running, service.close(5_000)]);
    expect(answer.status).toBe(200);
    await expect(service.get(cat)).rejects.toThrow("fetch failed");
  });
});

describe("slow clients", () => {
  it("end with 408 where too many send their heads by the byte", async () => {
    const ended: string[] = [];
    const sockets = Array.from({ length: 140 }, () => connect(service.port, "127.0.0.1"));
    for (const socket of sockets) {
      socket.setEncoding("latin1").on("data", (text: string) => ended.push(text));
      socket.write("GET /thumb/a.jpg HTTP/1.1\r\nx-slow: ");
    }
    await expect.poll(() => ended.length, { timeout: 5_000 }).toBe(12);
    expect(new Set(ended)).toEqual(new Set(["HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n"]));
    expect((await service.get(cat)).status).toBe(200);
    for (const socket of sockets) socket.destroy();
  });
});

describe("what is not a picture", () => {
  it("is answered without a length where there is no body to have one", async () => {
    const favicon = await service.get("/favicon.ico");
    expect([favicon.status, favicon.headers.get("content-length")]).toEqual([204, null]);
    const refused = await service.get("/thumb/a.jpg", { method: "HEAD" });
    expect([refused.status, refused.headers.get("content-length")]).toEqual([403, null]);
  });

  it("has a health page", async () => {
    const health = await service.get("/_health");
    expect([health.status, await health.text()]).toEqual([200, "ok"]);
  });

  it("has a page that fails with the error's own status, told in the log, and goes on", async () => {
    await service.close(1_000);
    service = await startTestService({
      pages: {
        "/": async () => {
          throw new ImgsealError("STORE_UNAVAILABLE", "cannot list the sources");
        },
      },
    });
    const page = await service.get("/");
    expect(page.status).toBe(503);
    const text = await page.text();
    expect(text).toMatch(/^Temporarily unavailable\nReference: [0-9a-f-]{36}\n$/);
    expect(service.logged).toEqual([
      {
        id: text.slice(-37, -1),
        outcome: "page-failure",
        code: "STORE_UNAVAILABLE",
        message: "cannot list the sources",
      },
    ]);
    expect(await (await service.get("/", { method: "HEAD" })).text()).toBe("");
  });

  it("answers a URL over CloudFront's limit with 414", async () => {
    const answer = await service.get(`/thumb/a.jpg?x=${"y".repeat(8_192)}`);
    expect([answer.status, answer.headers.get("x-cache"), answer.headers.get("via")]).toEqual([
      414,
      "Error from imgseal",
      "1.1 local (imgseal)",
    ]);
    expect(service.logged).toMatchObject([
      { method: "GET", status: 414, cache: "Error", rule: "url-length", figure: 8_207, quota: 8_192 },
    ]);
    expect(JSON.stringify(service.logged)).not.toContain("yyy");
  });

  it("answers other methods with 405", async () => {
    expect((await service.get(cat, { method: "POST", body: "x" })).status).toBe(405);
  });

  it.each(["*", "ftp://127.0.0.1/thumb/a.jpg", "thumb/a.jpg"])(
    "answers a request target that is no path with 400: %s",
    async (target) => {
      expect((await sendTarget(target)).status).toBe(400);
    },
  );
});

describe("a request target in absolute form (RFC 9112 3.2.2)", () => {
  it.each(["http://cdn.example", "HTTPS://user@cdn.example:8443"])(
    "is the same picture as its path: %s",
    async (authority) => {
      expect((await service.get(cat)).headers.get("x-cache")).toBe("Miss from imgseal");
      const { status, text } = await sendTarget(authority + cat);
      expect(status).toBe(200);
      expect(text).toMatch(/\r\nx-cache: Hit from imgseal\r\n/);
    },
  );

  it("has its path verified like any other", async () => {
    expect((await sendTarget("http://evil.example/thumb/a.jpg")).status).toBe(403);
  });

  it("is the root where it has no path", async () => {
    await service.close(1_000);
    const root = async (query: string) => ({ headers: {}, body: `asked <${query}>` });
    service = await startTestService({ pages: { "/": root } });
    expect((await sendTarget("http://cdn.example")).text).toContain("asked <>");
    expect((await sendTarget("http://cdn.example?a=b")).text).toContain("asked <a=b>");
  });
});

/** Sends a target as it is, which `fetch` does not. */
async function sendTarget(target: string): Promise<{ status: number; text: string }> {
  const text = await new Promise<string>((resolve, reject) => {
    const socket = connect(service.port, "127.0.0.1", () => {
      socket.end(`GET ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
    });
    let received = "";
    socket.on("data", (data) => {
      received += data.toString("latin1");
    });
    socket.on("end", () => resolve(received));
    socket.on("error", reject);
  });
  return { status: Number(text.split(" ", 2)[1]), text };
}

describe("cross-origin reads", () => {
  it("follow the list of origins per request, also on a Hit", async () => {
    await service.close(1_000);
    service = await startTestService({
      table: makeTable([thumb], { cors: { origins: ["https://a.example", "https://b.example"] } }),
    });
    service.sources.objects.set(source, makeObject(photo));
    const allowed = async (origin: string) => {
      const { headers } = await service.get(cat, { headers: { origin } });
      return [headers.get("access-control-allow-origin"), headers.get("vary")];
    };
    expect(await allowed("https://a.example")).toEqual(["https://a.example", "Origin"]);
    expect(await allowed("https://b.example")).toEqual(["https://b.example", "Origin"]);
    expect(await allowed("https://evil.example")).toEqual([null, "Origin"]);
  });
});

describe("a decision that is remembered within its second", () => {
  it("does not outlive the URL's expiry", async () => {
    const exp = Math.floor(service.clock.milliseconds / 1000) + 2;
    const target = signedTarget({ preset: "thumb", source, exp });
    const statuses = [];
    for (const _step of [1, 2, 3, 4, 5]) {
      statuses.push((await service.get(target)).status);
      service.clock.milliseconds += 500;
    }
    expect(statuses).toEqual([200, 200, 200, 200, 403]);
  });

  it("belongs to the exact URL, method and Accept", async () => {
    await service.get(cat);
    await service.get(cat);
    expect((await service.get(`${cat}x`)).status).toBe(403);
    expect((await service.get(cat, { method: "POST" })).status).toBe(405);
    const banner = signedTarget({ preset: "banner", source });
    const types = [];
    for (const accept of ["image/webp", "*/*", "image/webp"]) {
      types.push((await service.get(banner, { headers: { accept } })).headers.get("content-type"));
    }
    expect(types).toEqual(["image/webp", "image/jpeg", "image/webp"]);
  });

  it("gives each request a line of its own in the log", async () => {
    for (const _again of [1, 2, 3]) await service.get(cat);
    expect(new Set(service.logged.map(({ id }) => id)).size).toBe(3);
    expect(service.logged.map(({ cache }) => cache)).toEqual(["Miss", "Hit", "Hit"]);
  });
});

describe("the log", () => {
  it("has one line per request, with its outcome and without its query", async () => {
    await service.get(cat);
    await service.get(cat);
    const id = expect.stringMatching(/^[0-9a-f-]{36}$/);
    expect(service.logged).toEqual([
      {
        time: "2026-11-23T10:00:00.000Z",
        method: "GET",
        status: 200,
        cache: "Miss",
        id,
        outcome: "rendered",
        kid: "demo-1",
        preset: "thumb",
        canonicalPath,
        bytesIn: photo.length,
        bytesOut: expect.any(Number),
        bodyBytes: expect.any(Number),
        encodes: 1,
        quality: 80,
        ms: { read: 0, render: 0, write: 0, total: 0 },
      },
      expect.objectContaining({ cache: "Hit", outcome: "rewritten", canonicalPath }),
    ]);
    expect(JSON.stringify(service.logged)).not.toContain("sig");
  });
});

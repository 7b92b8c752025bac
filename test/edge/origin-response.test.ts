import type { CloudFrontHeaders, CloudFrontResultResponse } from "aws-lambda";
import sharp from "sharp";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { LogEntry } from "../../src/edge/log.ts";
import { type OriginResponseParts, originResponse } from "../../src/edge/origin-response.ts";
import { ImgsealError } from "../../src/errors.ts";
import { render } from "../../src/images/render.ts";
import { originResponseEvent, type RequestChanges, requestId, s3MissHeaders } from "../fixtures/events.ts";
import { createMemoryStore, type MemoryStore, makeObject } from "../fixtures/memory-store.ts";
import { archive, banner, makePreset, makeTable, table, thumb } from "../fixtures/presets.ts";

const path = "/photos/cat.jpg/thumb.3f9a1c20b4d7.webp";
const key = path.slice(1);
const now = Date.parse("2026-11-23T10:00:00Z");

let photo: Buffer;
let noise: Buffer;
let clock = now;
let sources: MemoryStore;
let derivatives: MemoryStore;
let logged: LogEntry[];

beforeAll(async () => {
  photo = await sharp({ create: { width: 800, height: 800, channels: 3, background: "#c33" } })
    .jpeg()
    .toBuffer();
  // Noise does not compress: its renditions are as large as renditions get.
  noise = await sharp({
    create: {
      width: 900,
      height: 900,
      channels: 3,
      background: "#000",
      noise: { type: "gaussian", mean: 128, sigma: 60 },
    },
  })
    .png()
    .toBuffer();
});

beforeEach(() => {
  clock = now;
  logged = [];
  sources = createMemoryStore(() => clock);
  derivatives = createMemoryStore(() => clock);
  sources.objects.set("photos/cat.jpg", makeObject(photo));
  sources.objects.set("photos/noise.png", makeObject(noise));
});

function run(
  uri: string,
  status: number,
  changes: RequestChanges & { responseHeaders?: CloudFrontHeaders } = {},
  parts: Partial<OriginResponseParts> = {},
): Promise<CloudFrontResultResponse> {
  return originResponse(originResponseEvent(uri, status, changes), {
    table,
    sources,
    derivatives,
    render,
    schedule: (work) => work(),
    nowMilliseconds: () => clock,
    log: (entry) => logged.push(entry),
    ...parts,
  });
}

function header(answer: CloudFrontResultResponse, name: string): string | undefined {
  return answer.headers?.[name]?.[0]?.value;
}

function picture(answer: CloudFrontResultResponse): Buffer {
  expect(answer.bodyEncoding).toBe("base64");
  return Buffer.from(answer.body ?? "", "base64");
}

describe("a miss", () => {
  it.each([403, 404])("that S3 tells with %i is rendered, written back and answered 200", async (status) => {
    const answer = await run(path, status);
    expect(answer.status).toBe("200");
    expect(await sharp(picture(answer)).metadata()).toMatchObject({
      format: "webp",
      width: 200,
      height: 150,
    });
    expect(header(answer, "content-type")).toBe("image/webp");
    expect(header(answer, "cache-control")).toBe("public, max-age=86400");
    expect(header(answer, "x-imgseal")).toBe("rendered");
    const stored = derivatives.objects.get(key);
    expect(stored?.body.equals(picture(answer))).toBe(true);
    expect(stored).toMatchObject({
      contentType: "image/webp",
      metadata: { source: "photos/cat.jpg", "source-etag": sources.objects.get("photos/cat.jpg")?.etag },
    });
    expect(header(answer, "etag")).toBe(stored?.etag);
  });

  it("changes the response it was given: transfer-encoding stays, all that described S3's error goes", async () => {
    const answer = await run(path, 404);
    expect(answer.headers?.["transfer-encoding"]).toEqual(s3MissHeaders["transfer-encoding"]);
    const names = Object.keys(answer.headers ?? {});
    expect(names.filter((name) => name.startsWith("x-amz-"))).toEqual([]);
    expect(names).not.toContain("content-length");
    expect(names).not.toContain("last-modified");
  });

  it("is logged by stage with bytes in and out", async () => {
    await run(path, 404);
    expect(logged).toEqual([
      {
        handler: "origin-response",
        id: requestId,
        outcome: "rendered",
        preset: "thumb",
        canonicalPath: path,
        bytesIn: photo.length,
        bytesOut: derivatives.objects.get(key)?.bytes,
        encodes: 1,
        quality: 80,
        ms: { read: 0, render: 0, write: 0, total: 0 },
      },
    ]);
  });

  it("of a source that does not exist is 404 for 10 seconds, and nothing is stored", async () => {
    const answer = await run("/photos/none.jpg/thumb.3f9a1c20b4d7.webp", 403);
    expect(answer).toMatchObject({ status: "404", body: `Not found\nReference: ${requestId}\n` });
    expect(header(answer, "cache-control")).toBe("public, max-age=10");
    expect(header(answer, "x-imgseal")).toBe("error");
    expect(logged[0]).toMatchObject({
      code: "SOURCE_NOT_FOUND",
      message: 'no source has the key "photos/none.jpg"',
    });
    expect(derivatives.objects.size).toBe(0);
  });

  it.each([
    [
      "a text file",
      () => Buffer.from("hello"),
      "SOURCE_TYPE_REFUSED",
      "The source image is of a type that is not accepted",
    ],
    [
      "an SVG",
      () => Buffer.from("<svg xmlns='http://www.w3.org/2000/svg'/>"),
      "SOURCE_TYPE_REFUSED",
      "The source image is of a type that is not accepted",
    ],
    [
      "half a photograph",
      () => photo.subarray(0, photo.length / 2),
      "SOURCE_UNREADABLE",
      "The source image cannot be read",
    ],
  ])("of %s is 415 for 300 seconds, and nothing is stored", async (_case, body, code, words) => {
    sources.objects.set("photos/cat.jpg", makeObject(body()));
    const answer = await run(path, 404);
    expect(answer).toMatchObject({ status: "415", body: `${words}\nReference: ${requestId}\n` });
    expect(header(answer, "cache-control")).toBe("public, max-age=300");
    expect(header(answer, "cache-tag")).toContain("preset:thumb");
    expect(logged[0]).toMatchObject({ code, outcome: "error" });
    expect(derivatives.objects.size).toBe(0);
  });

  it("hands the limit on source bytes to the store", async () => {
    sources.before = () => {
      throw new ImgsealError("SOURCE_TOO_LARGE", "too many bytes");
    };
    expect((await run(path, 404)).status).toBe("415");
  });

  it("of an unreadable source store is 503 with Retry-After", async () => {
    sources.before = () => {
      throw new ImgsealError("STORE_UNAVAILABLE", "S3 answered 500", { cause: new Error("SlowDown") });
    };
    const answer = await run(path, 404);
    expect(answer.status).toBe("503");
    expect(header(answer, "retry-after")).toBe("1");
    expect(header(answer, "cache-control")).toBe("public, max-age=1");
    expect(logged[0]).toMatchObject({ code: "STORE_UNAVAILABLE", message: "S3 answered 500: SlowDown" });
  });

  it("for HEAD is rendered and written like GET and answered without a body that could be kept", async () => {
    const answer = await run(path, 404, { method: "HEAD" });
    expect(answer.status).toBe("200");
    expect(answer.body).toBe("");
    expect(header(answer, "cache-control")).toBe("no-store, stale-if-error=0");
    expect(header(answer, "content-length")).toBeUndefined();
    expect(derivatives.objects.has(key)).toBe(true);
  });

  it("has no body for HEAD when it fails either, and is not kept under GET's key", async () => {
    const missing = await run("/none/thumb.3f9a1c20b4d7.webp", 404, { method: "HEAD" });
    expect(missing).toMatchObject({ status: "404", body: "" });
    expect(header(missing, "cache-control")).toBe("no-store");
    sources.objects.set("photos/cat.jpg", makeObject(Buffer.from("no picture")));
    const refused = await run(path, 404, { method: "HEAD" });
    expect(refused.status).toBe("415");
    expect(header(refused, "cache-control")).toBe("no-store");
  });

  it.each([
    ["a width of a preset without widths", "/photos/cat.jpg/thumb.3f9a1c20b4d7.640w.webp"],
    ["a format that the preset does not offer", "/photos/cat.jpg/thumb.3f9a1c20b4d7.gif"],
    ["a width that is not declared", `/photos/cat.jpg/banner.${banner.revision}.641w.webp`],
    ["no width of a preset with widths", `/photos/cat.jpg/banner.${banner.revision}.webp`],
  ])("for %s is refused: sizes are not minted by hand, even without viewer-request", async (_case, uri) => {
    const answer = await run(uri, 404);
    expect(answer.status).toBe("400");
    expect(logged[0]).toMatchObject({
      code: "VARIANT_UNDECLARED",
      message: expect.stringMatching(/^the preset "(?:thumb|banner)" declares no such variant$/),
    });
    expect(derivatives.objects.size).toBe(0);
  });

  it("leaves each stage its part of the event's 27 seconds", async () => {
    const seen: number[] = [];
    const slow: OriginResponseParts["render"] = (source, preset, variant, limits) => {
      seen.push(limits.renderSeconds);
      return render(source, preset, variant, limits);
    };
    await run(path, 404, {}, { render: slow });
    derivatives.objects.clear();
    sources.before = () => {
      clock += 9_500;
    };
    await run(path, 404, {}, { render: slow });
    expect(seen).toEqual([20, 12]);
  });
});

describe("a write-back that fails", () => {
  it("never spoils the answer and is logged", async () => {
    derivatives.before = () => {
      throw new ImgsealError("STORE_UNAVAILABLE", "the derivatives cannot be written", {
        cause: new Error("AccessDenied"),
      });
    };
    const answer = await run(path, 404);
    expect(answer.status).toBe("200");
    expect(header(answer, "etag")).toBeUndefined();
    expect(logged[0]).toMatchObject({
      outcome: "rendered",
      writeBack: "the derivatives cannot be written: AccessDenied",
    });
  });

  it("because another function was quicker is a normal race", async () => {
    derivatives.objects.set(key, makeObject(Buffer.from("theirs"), { lastModified: new Date(now - 59_000) }));
    const answer = await run(path, 404);
    expect(answer.status).toBe("200");
    expect(header(answer, "etag")).toBe(derivatives.objects.get(key)?.etag);
  });

  it("is measured from the event's start: a slow render is no reason to blame the bucket", async () => {
    const slow: OriginResponseParts["render"] = async (...args) => {
      clock += 5_000;
      derivatives.objects.set(key, makeObject(Buffer.from("theirs"), { lastModified: new Date(clock) }));
      clock += 65_000;
      return render(...args);
    };
    expect((await run(path, 404, {}, { render: slow })).status).toBe("200");
  });

  it("because the derivative was there all along is a 500 that says why", async () => {
    derivatives.objects.set(key, makeObject(Buffer.from("old"), { lastModified: new Date(now - 61_000) }));
    const answer = await run(path, 403);
    expect(answer.status).toBe("500");
    expect(answer.body).toBe(`Internal error\nReference: ${requestId}\n`);
    expect(logged[0]).toMatchObject({
      code: "DERIVATIVE_UNREADABLE",
      message: expect.stringContaining("CloudFront cannot read the derivatives bucket"),
    });
  });
});

describe("an answer over the quota", () => {
  const large = makePreset({ name: "large", formats: ["png"], overflow: "redirect", maxBytes: 750_000 });
  const lossy = makePreset({ name: "lossy", formats: ["webp"], maxBytes: 20_000, minQuality: 70 });
  const refusing = makePreset({ name: "refusing", formats: ["png"], overflow: "refuse" });
  const over = makeTable([large, lossy, refusing]);
  const largePath = "/photos/noise.png/large.0123456789ab.png";

  it("is written back first and then redirected to itself, by a fragment alone", async () => {
    const answer = await run(largePath, 404, {}, { table: over });
    expect(answer.status).toBe("302");
    expect(answer.body).toBe("");
    expect(header(answer, "location")).toBe("#stored");
    expect(header(answer, "cache-control")).toBe("no-store, stale-if-error=0");
    expect(header(answer, "x-imgseal")).toBe("overflow");
    expect(derivatives.objects.get(largePath.slice(1))?.bytes).toBeGreaterThan(750_000);
    expect(logged[0]).toMatchObject({ outcome: "overflow" });
  });

  it("is a redirect for a lossy format that does not fit at its lowest quality", async () => {
    expect((await run("/photos/noise.png/lossy.0123456789ab.webp", 404, {}, { table: over })).status).toBe(
      "302",
    );
  });

  it("is not redirected to when the write was not confirmed", async () => {
    derivatives.before = () => {
      throw new ImgsealError("STORE_UNAVAILABLE", "no space left");
    };
    expect((await run(largePath, 404, {}, { table: over })).status).toBe("503");
  });

  it("is not redirected to when the derivative was taken and is gone again", async () => {
    const vanishing = { ...derivatives, writeIfAbsent: async () => undefined, head: async () => undefined };
    const answer = await run(largePath, 404, {}, { table: over, derivatives: vanishing });
    expect(answer.status).toBe("503");
    expect(logged[0]).toMatchObject({
      code: "STORE_UNAVAILABLE",
      message: "the derivative was taken twice and was not there either time",
    });
  });

  it("is written again when the place was taken for a moment only", async () => {
    let tries = 0;
    const busy = {
      ...derivatives,
      writeIfAbsent: (...args: Parameters<MemoryStore["writeIfAbsent"]>) =>
        ++tries === 1 ? Promise.resolve(undefined) : derivatives.writeIfAbsent(...args),
    };
    expect((await run(largePath, 404, {}, { table: over, derivatives: busy })).status).toBe("302");
    expect(derivatives.objects.has(largePath.slice(1))).toBe(true);
  });

  it("ends the loop of redirects to a derivative that CloudFront cannot read", async () => {
    expect((await run(largePath, 403, {}, { table: over })).status).toBe("302");
    clock += 4_000;
    expect((await run(largePath, 403, {}, { table: over })).status).toBe("302");
    clock += 2_000;
    expect((await run(largePath, 403, {}, { table: over })).status).toBe("500");
  });

  it("is 415 with overflow: refuse, and nothing is stored", async () => {
    const answer = await run("/photos/noise.png/refusing.0123456789ab.png", 404, {}, { table: over });
    expect(answer).toMatchObject({
      status: "415",
      body: `The rendered image is too large\nReference: ${requestId}\n`,
    });
    expect(logged[0]).toMatchObject({ code: "RENDITION_TOO_LARGE" });
    expect(derivatives.objects.size).toBe(0);
  });
});

describe("what the derivatives store answers", () => {
  const stored: CloudFrontHeaders = {
    "content-type": [{ key: "Content-Type", value: "image/webp" }],
    "content-length": [{ key: "Content-Length", value: "4711" }],
    etag: [{ key: "ETag", value: '"abc"' }],
    "last-modified": [{ key: "Last-Modified", value: "Mon, 23 Nov 2026 09:00:00 GMT" }],
    "accept-ranges": [{ key: "Accept-Ranges", value: "bytes" }],
    "x-amz-meta-source": [{ key: "x-amz-meta-source", value: "photos/cat.jpg" }],
    "x-amz-server-side-encryption": [{ key: "x-amz-server-side-encryption", value: "AES256" }],
    server: [{ key: "Server", value: "AmazonS3" }],
  };

  it.each([200, 206, 304])(
    "passes %i with body and status untouched and our headers on it",
    async (status) => {
      const answer = await run(path, status, { responseHeaders: stored });
      expect(answer.status).toBe(String(status));
      expect("body" in answer).toBe(false);
      for (const name of ["content-type", "content-length", "etag", "last-modified", "accept-ranges"]) {
        expect(answer.headers?.[name]).toEqual(stored[name]);
      }
      expect(header(answer, "cache-control")).toBe("public, max-age=86400");
      expect(header(answer, "x-imgseal")).toBe("stored");
      expect(Object.keys(answer.headers ?? {}).filter((name) => name.startsWith("x-amz-"))).toEqual([]);
      expect(logged[0]).toMatchObject({ outcome: "stored" });
    },
  );

  it("lets an edit of cache reach derivatives that are stored already", async () => {
    const edited = makeTable([{ ...thumb, cache: { maxAgeSeconds: 60, edgeMaxAgeSeconds: 600 } }]);
    const answer = await run(path, 200, { responseHeaders: stored }, { table: edited });
    expect(header(answer, "cache-control")).toBe("public, max-age=60, s-maxage=600");
  });

  it.each([301, 400, 405, 412, 500, 503])(
    "turns %i into our own 503, since S3's XML names bucket and key",
    async (status) => {
      const answer = await run(path, status);
      expect(answer).toMatchObject({
        status: "503",
        body: `Temporarily unavailable\nReference: ${requestId}\n`,
      });
      expect(header(answer, "content-type")).toBe("text/plain; charset=utf-8");
      expect(logged[0]).toMatchObject({
        code: "STORE_UNAVAILABLE",
        message: `the derivatives store answered ${status}`,
      });
    },
  );

  it("passes 416 on", async () => {
    expect((await run(path, 416)).status).toBe("416");
  });

  it("refuses a path that is not canonical", async () => {
    const answer = await run("/photos/cat.jpg", 404);
    expect(answer.status).toBe("400");
    expect(logged[0]).toMatchObject({ code: "URL_MALFORMED" });
  });
});

describe("while two deployments overlap", () => {
  const before = { ...thumb, revision: "000000000000", width: 100, height: 75 };

  it("renders a path of the deployment before as that one would", async () => {
    const answer = await run(
      "/photos/cat.jpg/thumb.000000000000.webp",
      404,
      {},
      { previous: makeTable([before]) },
    );
    expect(await sharp(picture(answer)).metadata()).toMatchObject({ width: 100, height: 75 });
    expect(header(answer, "cache-control")).toBe("public, max-age=86400");
    expect(derivatives.objects.size).toBe(1);
  });

  it("renders an unknown revision with its own definition, briefly cached and not written back", async () => {
    const answer = await run(
      "/photos/cat.jpg/thumb.ffffffffffff.webp",
      404,
      {},
      { previous: makeTable([before]) },
    );
    expect(await sharp(picture(answer)).metadata()).toMatchObject({ width: 200, height: 150 });
    expect(header(answer, "cache-control")).toBe("public, max-age=0, s-maxage=30");
    expect(header(answer, "x-imgseal")).toBe("stale-preset");
    expect(header(answer, "etag")).toBeUndefined();
    expect(derivatives.objects.size).toBe(0);
    expect(logged[0]).toMatchObject({ outcome: "stale-preset" });
  });

  it("keeps a stored derivative of an unknown revision as briefly, and says that it was negotiated", async () => {
    const answer = await run("/photos/cat.jpg/thumb.ffffffffffff.avif", 200, { responseHeaders: {} });
    expect(answer.status).toBe("200");
    expect(header(answer, "cache-control")).toBe("public, max-age=0, s-maxage=30");
    expect(header(answer, "vary")).toBe("Accept");
    expect(header(answer, "x-imgseal")).toBe("stale-preset");
  });

  it("answers 503, and not 415 for minutes, when a stale preset's rendition is over the quota", async () => {
    const refusing = makePreset({ name: "thumb", formats: ["png"], overflow: "refuse" });
    const answer = await run(
      "/photos/noise.png/thumb.ffffffffffff.png",
      404,
      {},
      { table: makeTable([refusing]) },
    );
    expect(answer.status).toBe("503");
    expect(header(answer, "cache-control")).toBe("public, max-age=1");
    expect(logged[0]).toMatchObject({
      code: "PRESET_SKEWED",
      message: "the rendition of a stale preset is over the quota",
    });
  });

  it("answers 503 with Retry-After for a name that it does not know", async () => {
    const answer = await run("/photos/cat.jpg/novel.ffffffffffff.webp", 404);
    expect(answer.status).toBe("503");
    expect(header(answer, "retry-after")).toBe("1");
    expect(logged[0]).toMatchObject({ code: "PRESET_SKEWED" });
  });
});

describe("the headers' one author", () => {
  it("says Vary: Accept exactly when more than one format is offered", async () => {
    expect(header(await run(path, 404), "vary")).toBeUndefined();
    const negotiated = await run(`/photos/cat.jpg/banner.${banner.revision}.640w.jpeg`, 404);
    expect(header(negotiated, "vary")).toBe("Accept");
  });

  it("names a download as an attachment", async () => {
    sources.objects.set("archive/Überblick 1.png", makeObject(photo));
    const answer = await run(`/archive/%C3%9Cberblick%201.png/archive.${archive.revision}.webp`, 404);
    expect(header(answer, "content-disposition")).toBe(
      "attachment; filename=\"_berblick 1.webp\"; filename*=UTF-8''%C3%9Cberblick%201.webp",
    );
  });

  it("lets every origin read with *, and leaves a list to the response headers policy", async () => {
    const open = makeTable([thumb], { cors: { origins: "*" } });
    expect(header(await run(path, 404, {}, { table: open }), "access-control-allow-origin")).toBe("*");
    const missing = await run("/none/thumb.3f9a1c20b4d7.webp", 404, {}, { table: open });
    expect(header(missing, "access-control-allow-origin")).toBe("*");
    const listed = makeTable([thumb], { cors: { origins: ["https://shop.example"] } });
    expect(
      header(await run(path, 404, {}, { table: listed }), "access-control-allow-origin"),
    ).toBeUndefined();
  });

  it("tags by source, preset and revision, in characters that CloudFront takes", async () => {
    const tags = header(await run(path, 404), "cache-tag")?.split(",") ?? [];
    expect(tags).toEqual([
      expect.stringMatching(/^source:[0-9a-f]{32}$/),
      "preset:thumb",
      "preset:thumb.3f9a1c20b4d7",
    ]);
  });
});

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ImgsealError } from "../../src/errors.ts";
import { type OriginRequest, originFetch } from "../../src/local/origin.ts";
import { openDerivativeFolder } from "../../src/store/derivative-folder.ts";
import type { SourceStore, Store } from "../../src/store/store.ts";
import { type TemporaryFolder, temporaryFolder } from "../store/temporary-folder.ts";

const name = "thumb.3f9a1c20b4d7.webp";
const key = `photos/cat.jpg/${name}`;
const path = `/${key}`;
const body = Buffer.from("0123456789");

let folder: TemporaryFolder;
let store: Store;
let etag: string;
let lastModified: Date;

beforeAll(async () => {
  folder = await temporaryFolder();
  store = await openDerivativeFolder(folder.path, { onDamage: () => expect.unreachable() });
  const metadata = { source: "사진.jpg" };
  etag = (await store.writeIfAbsent(key, body, { contentType: "image/webp", metadata })) ?? "";
  lastModified = (await store.head(key))?.lastModified ?? new Date(Number.NaN);
});
afterAll(() => folder.remove());

function ask(request: Partial<OriginRequest> = {}, listBucket = true) {
  return originFetch({ method: "GET", path, headers: {}, ...request }, store, { listBucket });
}

function httpDate(offsetSeconds: number): string {
  return new Date(lastModified.getTime() + offsetSeconds * 1000).toUTCString();
}

describe("a stored object", () => {
  it("is answered with S3's headers", async () => {
    const response = await ask();
    expect(response.body?.toString()).toBe("0123456789");
    expect(response).toMatchObject({
      status: 200,
      headers: {
        "accept-ranges": "bytes",
        "content-length": "10",
        "content-type": "image/webp",
        date: expect.stringMatching(/ GMT$/),
        etag,
        "last-modified": httpDate(0),
        server: "AmazonS3",
        "x-amz-id-2": expect.stringMatching(/^[A-Za-z0-9+/]{64}$/),
        "x-amz-meta-source": "=?UTF-8?B?7IKs7KeELmpwZw==?=",
        "x-amz-request-id": expect.stringMatching(/^[0-9A-F]{16}$/),
        "x-amz-server-side-encryption": "AES256",
      },
    });
  });

  it("is answered to HEAD with the same headers and no body", async () => {
    const unlike = { "x-amz-request-id": "", "x-amz-id-2": "", date: "" };
    const get = await ask();
    const head = await ask({ method: "HEAD" });
    expect(head).not.toHaveProperty("body");
    expect({ ...head.headers, ...unlike }).toEqual({ ...get.headers, ...unlike });
  });

  it("is found by every spelling that S3 decodes to its key", async () => {
    for (const spelling of [`/photos/%63at.jpg/${name}`, `/photos%2Fcat.jpg%2F${name}`]) {
      expect((await ask({ path: spelling })).status).toBe(200);
    }
  });

  it("is found with + for a space and %2B for a plus", async () => {
    await store.writeIfAbsent(`a b.jpg/${name}`, Buffer.from("space"), { contentType: "image/webp" });
    await store.writeIfAbsent(`a+b.jpg/${name}`, Buffer.from("plus"), { contentType: "image/webp" });
    const bodyOf = async (spelling: string) =>
      (await ask({ path: `/${spelling}.jpg/${name}` })).body?.toString();
    expect(await bodyOf("a+b")).toBe("space");
    expect(await bodyOf("a%20b")).toBe("space");
    expect(await bodyOf("a%2Bb")).toBe("plus");
  });
});

describe("a missing key", () => {
  it.each([
    ["404 NoSuchKey with s3:ListBucket", true, 404, "NoSuchKey"],
    ["403 AccessDenied without", false, 403, "AccessDenied"],
  ])("is %s, in chunked XML without a length", async (_, listBucket, status, code) => {
    const response = await ask({ path: `/photos/%3Cdog%3E.jpg/${name}` }, listBucket);
    expect(response.status).toBe(status);
    expect(response.headers).toMatchObject({
      "content-type": "application/xml",
      server: "AmazonS3",
      "transfer-encoding": "chunked",
      "x-amz-id-2": expect.any(String),
    });
    for (const header of ["content-length", "etag", "last-modified", "accept-ranges"]) {
      expect(response.headers).not.toHaveProperty(header);
    }
    const xml = response.body?.toString() ?? "";
    expect(xml).toContain(`<Error><Code>${code}</Code><Message>`);
    expect(xml).toContain(`<RequestId>${response.headers["x-amz-request-id"]}</RequestId>`);
    expect(xml.includes(`<Key>photos/&#60;dog&#62;.jpg/${name}</Key>`)).toBe(listBucket);
  });

  it("is answered to HEAD without a body", async () => {
    const response = await ask({ method: "HEAD", path: "/nothing" });
    expect(response.status).toBe(404);
    expect(response).not.toHaveProperty("body");
  });
});

describe("a conditional request (RFC 9110 13.2.2)", () => {
  const other = '"00000000000000000000000000000000"';
  const cases: readonly (readonly [string, () => Record<string, string>, number])[] = [
    ["If-None-Match with the tag", () => ({ "if-none-match": etag }), 304],
    ["If-None-Match with the weak tag", () => ({ "if-none-match": `W/${etag}` }), 304],
    ["If-None-Match with the tag in a list", () => ({ "if-none-match": `${other}, W/${etag}` }), 304],
    ["If-None-Match: *", () => ({ "if-none-match": "*" }), 304],
    ["If-None-Match with another tag", () => ({ "if-none-match": other }), 200],
    ["If-Modified-Since its own date", () => ({ "if-modified-since": httpDate(0) }), 304],
    ["If-Modified-Since a later date", () => ({ "if-modified-since": httpDate(60) }), 304],
    ["If-Modified-Since an earlier date", () => ({ "if-modified-since": httpDate(-60) }), 200],
    ["If-Modified-Since no date at all", () => ({ "if-modified-since": "yesterday" }), 200],
    [
      "If-None-Match before If-Modified-Since",
      () => ({ "if-none-match": other, "if-modified-since": httpDate(60) }),
      200,
    ],
    ["If-Match with the tag", () => ({ "if-match": `${other}, ${etag}` }), 200],
    ["If-Match with the weak tag", () => ({ "if-match": `W/${etag}` }), 412],
    ["If-Match with another tag", () => ({ "if-match": other }), 412],
    ["If-Match: *", () => ({ "if-match": "*" }), 200],
    ["If-Unmodified-Since its own date", () => ({ "if-unmodified-since": httpDate(0) }), 200],
    ["If-Unmodified-Since an earlier date", () => ({ "if-unmodified-since": httpDate(-60) }), 412],
    [
      "If-Match before If-Unmodified-Since",
      () => ({ "if-match": etag, "if-unmodified-since": httpDate(-60) }),
      200,
    ],
    [
      "If-Match that holds, then If-None-Match that does not",
      () => ({ "if-match": etag, "if-none-match": etag }),
      304,
    ],
    ["a precondition before a range", () => ({ "if-none-match": etag, range: "bytes=0-1" }), 304],
  ];

  it.each(cases)("with %s", async (_, headers, status) => {
    for (const method of ["GET", "HEAD"]) {
      expect((await ask({ method, headers: headers() })).status).toBe(status);
    }
  });

  it("is a 304 with its validators and no body", async () => {
    const response = await ask({ headers: { "if-none-match": etag } });
    expect(response.headers).toMatchObject({ etag, "last-modified": httpDate(0), server: "AmazonS3" });
    expect(response).not.toHaveProperty("body");
    expect(response.headers).not.toHaveProperty("content-length");
    expect(response.headers).not.toHaveProperty("content-type");
  });

  it("is a 404 when nothing is there to match", async () => {
    expect((await ask({ path: "/nothing", headers: { "if-match": "*" } })).status).toBe(404);
  });
});

describe("a range", () => {
  it.each([
    ["bytes=0-0", "0", "bytes 0-0/10"],
    ["bytes=2-5", "2345", "bytes 2-5/10"],
    ["bytes=5-", "56789", "bytes 5-9/10"],
    ["bytes=5-500", "56789", "bytes 5-9/10"],
    ["bytes=-3", "789", "bytes 7-9/10"],
    ["bytes=-500", "0123456789", "bytes 0-9/10"],
    ["Bytes=9-", "9", "bytes 9-9/10"],
  ])("%s is a 206 with %j", async (range, part, contentRange) => {
    const get = await ask({ headers: { range } });
    expect(get.status).toBe(206);
    expect(get.body?.toString()).toBe(part);
    expect(get.headers).toMatchObject({
      "content-range": contentRange,
      "content-length": String(part.length),
      etag,
    });
    const head = await ask({ method: "HEAD", headers: { range } });
    expect(head.headers).toMatchObject({
      "content-range": contentRange,
      "content-length": String(part.length),
    });
    expect(head).not.toHaveProperty("body");
  });

  it.each(["bytes=0-1,4-5", "bytes=5-2", "bytes=", "bytes=-", "bytes=a-b", "items=0-1", "bytes 0-1"])(
    "%s is ignored: several at once S3 does not serve, the others are none",
    async (range) => {
      const response = await ask({ headers: { range } });
      expect(response.status).toBe(200);
      expect(response.body?.toString()).toBe("0123456789");
    },
  );

  it.each(["bytes=10-", "bytes=10-20", "bytes=-0"])("%s is a 416", async (range) => {
    const response = await ask({ headers: { range } });
    expect(response.status).toBe(416);
    expect(response.headers).toMatchObject({
      "content-range": "bytes */10",
      "content-type": "application/xml",
    });
    expect(response.body?.toString()).toContain(`<RangeRequested>${range}</RangeRequested>`);
  });

  it("of an empty object is a 416", async () => {
    await store.writeIfAbsent(`empty.jpg/${name}`, Buffer.of(), { contentType: "image/webp" });
    for (const range of ["bytes=0-", "bytes=-1"]) {
      expect((await ask({ path: `/empty.jpg/${name}`, headers: { range } })).status).toBe(416);
    }
  });

  it.each([
    ["the tag", () => etag, 206],
    ["the date", () => httpDate(0), 206],
    ["another tag", () => '"0"', 200],
    ["the weak tag", () => `W/${etag}`, 200],
    ["a later date", () => httpDate(60), 200],
  ])("with If-Range of %s", async (_, ifRange, status) => {
    expect((await ask({ headers: { range: "bytes=0-1", "if-range": ifRange() } })).status).toBe(status);
  });
});

it.each([
  ["If-Match", () => ({ "if-match": '"0"' })],
  ["If-Unmodified-Since", () => ({ "if-unmodified-since": httpDate(-60) })],
])("a 412 names the condition that failed: %s", async (condition, headers) => {
  const { body: xml } = await ask({ headers: headers() });
  expect(xml?.toString()).toContain(`<Code>PreconditionFailed</Code>`);
  expect(xml?.toString()).toContain(`<Condition>${condition}</Condition>`);
});

describe("what no CloudFront should ask", () => {
  it.each([
    ["another method", { method: "PUT" }, 405, "MethodNotAllowed"],
    ["a malformed escape", { path: "/%zz" }, 400, "InvalidURI"],
    ["bytes that are not UTF-8", { path: "/%ff" }, 400, "InvalidURI"],
    ["a key of more than 1,024 bytes", { path: `/${"%C3%A9".repeat(513)}` }, 400, "KeyTooLongError"],
  ])("is refused: %s", async (_, request, status, code) => {
    const response = await ask(request);
    expect(response.status).toBe(status);
    expect(response.body?.toString()).toContain(`<Code>${code}</Code>`);
  });
});

describe("the bucket itself", () => {
  it("is 403 without s3:ListBucket", async () => {
    expect((await ask({ path: "/" }, false)).status).toBe(403);
    expect((await ask({ path: "/", method: "HEAD" }, false)).status).toBe(403);
  });

  it("is the listing of every key with it: the trap of a uri that is /", async () => {
    const response = await ask({ path: "/" });
    expect(response).toMatchObject({ status: 200, headers: { "content-type": "application/xml" } });
    expect(response.body?.toString()).toContain(`<Key>${key}</Key>`);
    const head = await ask({ path: "/", method: "HEAD" });
    expect(head.status).toBe(200);
    expect(head).not.toHaveProperty("body");
  });
});

it("answers 503 for a store that fails, and hands on why", async () => {
  const failure = new ImgsealError("STORE_UNAVAILABLE", "cannot read: the disk is gone");
  const broken: SourceStore = {
    head: () => Promise.reject(failure),
    read: () => Promise.reject(failure),
    list: () => expect.unreachable(),
  };
  for (const method of ["GET", "HEAD"]) {
    const response = await originFetch({ method, path, headers: {} }, broken, { listBucket: true });
    expect(response.status).toBe(503);
    expect(response.cause).toBe(failure);
    const text = response.body?.toString() ?? "";
    expect(text).not.toContain("disk");
    if (method === "GET") expect(text).toContain("<Code>SlowDown</Code>");
  }
});

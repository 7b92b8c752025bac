/** The origin and the cache are asked the same questions, and must not differ in their answers. */

import { describe, expect, it } from "vitest";
import { answerViewer } from "../../src/local/cloudfront/conditional.ts";
import { originFetch } from "../../src/local/origin.ts";
import { createMemoryStore, makeObject } from "../fixtures/memory-store.ts";

const lastModified = new Date("1994-11-06T08:49:37.500Z");
const etag = '"a,b"';
const body = Buffer.from("0123456789");

async function statusAtOrigin(headers: Record<string, string>): Promise<number> {
  const store = createMemoryStore(Date.now);
  store.objects.set("a", makeObject(body, { etag, lastModified }));
  return (await originFetch({ method: "GET", path: "/a", headers }, store, { listBucket: false })).status;
}

function statusAtCache(headers: Record<string, string>): number {
  const stored = { etag, "last-modified": lastModified.toUTCString() };
  const request = { method: "GET", headers, areRangesServed: true };
  return answerViewer({ status: 200, headers: stored, body }, request).status;
}

const imfFixdate = "Sun, 06 Nov 1994 08:49:37 GMT";
const rfc850Date = "Sunday, 06-Nov-94 08:49:37 GMT";
const asctimeDate = "Sun Nov  6 08:49:37 1994";
const range = "bytes=0-1";

const cases: readonly (readonly [status: number, headers: Record<string, string>])[] = [
  [304, { "if-none-match": '"x", "a,b"' }],
  [304, { "if-none-match": 'W/"x",W/"a,b"' }],
  [304, { "if-none-match": "*" }],
  [200, { "if-none-match": '"a", "b"' }],
  [200, { "if-none-match": "a,b" }],
  [200, { "if-none-match": '"x"', "if-modified-since": imfFixdate }],
  [304, { "if-modified-since": imfFixdate }],
  [304, { "if-modified-since": rfc850Date }],
  [304, { "if-modified-since": asctimeDate }],
  [200, { "if-modified-since": "Sun, 06 Nov 1994 08:49:36 GMT" }],
  [200, { "if-modified-since": "Sun Nov  6 08:49:36 1994" }],
  [200, { "if-modified-since": "1994-11-07T00:00:00Z" }],
  [200, { "if-modified-since": "Sun, 06 Nov 1994 99:99:99 GMT" }],
  [206, { range }],
  [206, { range: "Bytes=0-1" }],
  [206, { range: " bytes=-1 " }],
  [200, { range: "bytes=0-1,4-5" }],
  [200, { range: "bytes=5-2" }],
  [200, { range: "bytes=-" }],
  [416, { range: "bytes=-0" }],
  [416, { range: "bytes=10-" }],
  [206, { range, "if-range": etag }],
  [200, { range, "if-range": `W/${etag}` }],
  [206, { range, "if-range": imfFixdate }],
  [206, { range, "if-range": rfc850Date }],
  [206, { range, "if-range": asctimeDate }],
  [200, { range, "if-range": "Sun, 06 Nov 1994 08:49:38 GMT" }],
  [200, { range, "if-range": "1994-11-06T08:49:37Z" }],
  [200, { range, "if-range": "yesterday" }],
  [304, { range, "if-none-match": etag }],
];

describe.each(["UTC", "Asia/Seoul"])("a request with conditions, in %s", (zone) => {
  it.each(cases)("is a %i with %j", async (status, headers) => {
    const before = process.env.TZ;
    process.env.TZ = zone;
    try {
      expect([await statusAtOrigin(headers), statusAtCache(headers)]).toEqual([status, status]);
    } finally {
      if (before === undefined) delete process.env.TZ;
      else process.env.TZ = before;
    }
  });
});

it("differs in several ranges alone: S3 knows none and sends the whole, CloudFront cuts them out of it", async () => {
  const large = Buffer.alloc(10_000, "abc");
  const headers = { range: "bytes=0-1,4-5" };
  const store = createMemoryStore(Date.now);
  store.objects.set("a", makeObject(large, { etag, lastModified }));
  const fromS3 = await originFetch({ method: "GET", path: "/a", headers }, store, { listBucket: false });
  const stored = { status: 200, headers: { etag }, body: large };
  const fromCache = answerViewer(stored, { method: "GET", headers, areRangesServed: true });
  expect([fromS3.status, fromCache.status]).toEqual([200, 206]);
});

it("compares no tag and no date where the stored answer has none", () => {
  const stored = { status: 200, headers: {}, body };
  const statusFor = (headers: Record<string, string>) =>
    answerViewer(stored, { method: "GET", headers, areRangesServed: true }).status;
  expect(statusFor({ "if-none-match": '"a"' })).toBe(200);
  expect(statusFor({ "if-modified-since": imfFixdate })).toBe(200);
  expect(statusFor({ range, "if-range": '"a"' })).toBe(200);
  expect(statusFor({ range, "if-range": imfFixdate })).toBe(200);
  expect(statusFor({ "if-none-match": "*" })).toBe(304);
});

it("never takes a weak tag of the stored answer for a strong one", () => {
  const stored = { status: 200, headers: { etag: 'W/"a"' }, body };
  const request = { method: "GET", headers: { range, "if-range": 'W/"a"' }, areRangesServed: true };
  expect(answerViewer(stored, request).status).toBe(200);
});

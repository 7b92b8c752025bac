import { describe, expect, it } from "vitest";
import { createCacheEntries, storable } from "../../../src/local/cloudfront/cache-entries.ts";

function entry(bytes: number) {
  const answer = storable({ status: 200, headers: { etag: '"v1"' }, body: Buffer.alloc(bytes) });
  return { answer, storedAtMilliseconds: 0, expiresAtMilliseconds: 1, freshUntilMilliseconds: 1 };
}

function keptOf(entries: ReturnType<typeof createCacheEntries>, keys: readonly string[]) {
  return keys.filter((key) => entries.get(key) !== undefined);
}

describe("what a layer keeps", () => {
  it("is bounded in bytes: the least recently used goes", () => {
    const entries = createCacheEntries(30_000);
    entries.set("/a", entry(10_000));
    entries.set("/b", entry(10_000));
    entries.get("/a");
    entries.set("/c", entry(10_000));
    expect(keptOf(entries, ["/a", "/b", "/c"])).toEqual(["/a", "/c"]);
  });

  it("does not hold what is larger than all of it", () => {
    const entries = createCacheEntries(5_000);
    entries.set("/a", entry(10_000));
    expect(entries.get("/a")).toBeUndefined();
  });

  it("counts an empty body and a long key too", () => {
    const entries = createCacheEntries(10_000);
    const keys = Array.from({ length: 100 }, (_, index) => `/${index}`);
    for (const key of keys) entries.set(key, entry(0));
    expect(keptOf(entries, keys).length).toBeLessThan(10);
    entries.set(`/${"a".repeat(20_000)}`, entry(0));
    expect(entries.get(`/${"a".repeat(20_000)}`)).toBeUndefined();
  });

  it("does not hold on to a large buffer for a small part of it", () => {
    const large = Buffer.alloc(1_000_000, "abc");
    const { body } = storable({ status: 206, headers: {}, body: large.subarray(3, 9) });
    expect(body.toString()).toBe("abcabc");
    expect(body.buffer.byteLength).toBeLessThanOrEqual(Buffer.poolSize);
    expect(storable({ status: 200, headers: {}, body: large }).body).toBe(large);
  });

  it("has the length of its body among its headers, once and for all", () => {
    const { answer } = entry(5);
    expect(answer.headers).toEqual({ etag: '"v1"', "content-length": "5" });
    expect(storable(answer).headers).toBe(answer.headers);
  });
});

import { describe, expect, it } from "vitest";
import { createCache } from "../../../src/local/cloudfront/cache.ts";

const policy = {
  minTtlSeconds: 0,
  defaultTtlSeconds: 60,
  maxTtlSeconds: 3_600,
  errorCachingMinTtlSeconds: 1,
};
const answer = { status: 200, headers: { "cache-control": "max-age=60" }, body: Buffer.alloc(10_000) };

describe("the cache", () => {
  it("keeps an answer and says until when it is fresh", () => {
    const cache = createCache(1_000_000, policy);
    cache.put("/a", answer, 1_000);
    expect(cache.get("/a")).toEqual({
      ...answer,
      headers: { "cache-control": "max-age=60", "content-length": "10000" },
      storedAtMilliseconds: 1_000,
      freshUntilMilliseconds: 61_000,
    });
    expect(cache.get("/b")).toBeUndefined();
  });

  it("does not keep what says no-store, and keeps what was there before", () => {
    const cache = createCache(1_000_000, policy);
    cache.put("/a", answer, 0);
    cache.put("/a", { ...answer, status: 302, headers: { "cache-control": "no-store" } }, 5);
    expect(cache.get("/a")?.status).toBe(200);
  });

  it("is bounded in bytes: the least recently used answers go", () => {
    const cache = createCache(30_000, policy);
    cache.put("/a", answer, 0);
    cache.put("/b", answer, 0);
    cache.get("/a");
    cache.put("/c", answer, 0);
    expect(["/a", "/b", "/c"].map((path) => cache.get(path) !== undefined)).toEqual([true, false, true]);
  });

  it("does not keep one answer that is larger than all of it", () => {
    const cache = createCache(5_000, policy);
    cache.put("/a", answer, 0);
    expect(cache.get("/a")).toBeUndefined();
  });

  it("counts an answer without a body too", () => {
    const cache = createCache(10_000, policy);
    for (let index = 0; index < 100; index++) cache.put(`/${index}`, { ...answer, body: Buffer.alloc(0) }, 0);
    const kept = Array.from({ length: 100 }, (_, index) => cache.get(`/${index}`)).filter(
      (entry) => entry !== undefined,
    );
    expect(kept.length).toBeLessThan(10);
  });
});

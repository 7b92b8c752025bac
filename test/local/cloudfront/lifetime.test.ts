import { describe, expect, it } from "vitest";
import { lifetimeSeconds } from "../../../src/local/cloudfront/lifetime.ts";

const policy = {
  minTtlSeconds: 0,
  defaultTtlSeconds: 86_400,
  maxTtlSeconds: 31_536_000,
  errorCachingMinTtlSeconds: 1,
};

function seconds(status: number, cacheControl?: string, changes: Partial<typeof policy> = {}): number {
  const headers = cacheControl === undefined ? {} : { "cache-control": cacheControl };
  return lifetimeSeconds(status, headers, { ...policy, ...changes });
}

describe("the lifetime of a success", () => {
  it.each([
    ["public, max-age=60", 60],
    ["max-age=60, s-maxage=600", 600],
    ["S-MaxAge=5,max-age=60", 5],
    ["public", 86_400],
    [undefined, 86_400],
    ["no-store", 0],
    ["private, max-age=60", 0],
    ["public, no-cache", 0],
    ["max-age=99999999999", 31_536_000],
  ])("with %s is %i s", (cacheControl, expected) => {
    expect(seconds(200, cacheControl)).toBe(expected);
  });

  it("is minTTL for no-store: the trap of a policy whose minTTL is not 0", () => {
    expect(seconds(200, "no-store", { minTtlSeconds: 1 })).toBe(1);
  });

  it("does not take x-max-age or stale-while-revalidate for max-age", () => {
    expect(seconds(200, "x-max-age=5, stale-while-revalidate=7")).toBe(86_400);
  });
});

describe("the lifetime of an error", () => {
  it.each([404, 414, 500, 501, 502, 503, 504])(
    "%i is always kept for the error caching minimum",
    (status) => {
      expect(seconds(status)).toBe(1);
      expect(seconds(status, "public, max-age=60")).toBe(60);
      expect(seconds(status, "max-age=1", { errorCachingMinTtlSeconds: 10 })).toBe(10);
    },
  );

  it.each([400, 403, 405, 412, 415])("%i is kept only when it says how long", (status) => {
    expect(seconds(status)).toBe(0);
    expect(seconds(status, "max-age=300")).toBe(300);
  });

  it("416 is never kept", () => {
    expect(seconds(416, "max-age=300")).toBe(0);
  });

  it("no-store is honoured on 404 and not on 500", () => {
    expect(seconds(404, "no-store")).toBe(0);
    expect(seconds(500, "no-store")).toBe(1);
  });
});

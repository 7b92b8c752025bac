import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  lifetimeSeconds,
  preventsCollapsing,
  staleIfErrorSeconds,
} from "../../../src/local/cloudfront/lifetime.ts";
import { layerPolicy } from "./layer-requests.ts";

const now = Date.parse("2026-11-23T12:00:00Z");

interface Settings {
  readonly minTTL?: number;
  readonly defaultTTL?: number;
  readonly maxTTL?: number;
  readonly errorCachingMinTTL?: number;
  readonly expires?: string;
  readonly vary?: string;
}

function seconds(status: number, cacheControl?: string, settings: Settings = {}): number {
  const { expires, vary, ...ttl } = settings;
  const headers = {
    ...(cacheControl !== undefined && { "cache-control": cacheControl }),
    ...(expires !== undefined && { expires }),
    ...(vary !== undefined && { vary }),
  };
  return lifetimeSeconds({ status, headers }, layerPolicy(ttl), now);
}

describe("the lifetime of a success (Expiration)", () => {
  it.each([
    ["public, max-age=60", 60],
    ["max-age=60, s-maxage=600", 600],
    ["S-MaxAge=5,max-age=60", 5],
    ['max-age="60"', 60],
    ["public", 86_400],
    [undefined, 86_400],
    ["no-store", 0],
    ["private, max-age=60", 0],
    ["public, no-cache", 0],
    ['no-cache="set-cookie", max-age=60', 0],
    ["max-age=0", 0],
    ["max-age=99999999999", 31_536_000],
  ])("with %s is %i s", (cacheControl, expected) => {
    expect(seconds(200, cacheControl)).toBe(expected);
    expect(seconds(301, cacheControl)).toBe(expected);
  });

  it.each([
    ["Mon, 23 Nov 2026 12:01:00 GMT", undefined, 60],
    ["Mon, 23 Nov 2026 11:59:00 GMT", undefined, 0],
    ["0", undefined, 0],
    ["Mon, 23 Nov 2026 12:01:00 GMT", "max-age=5", 5],
    ["Mon, 23 Nov 2026 12:01:00 GMT", "public", 60],
    ["Mon, 23 Nov 2126 12:01:00 GMT", undefined, 31_536_000],
  ])("with Expires: %s and Cache-Control: %s is %i s", (expires, cacheControl, expected) => {
    expect(seconds(200, cacheControl, { expires })).toBe(expected);
  });

  it.each([
    ["max-age below the minimum", "max-age=5", {}, 10],
    ["max-age above the maximum", "max-age=500", {}, 100],
    ["max-age between", "max-age=50", {}, 50],
    ["no directive, and a default below the minimum", undefined, { defaultTTL: 0 }, 10],
    ["no directive, and a default above the maximum", undefined, { defaultTTL: 200 }, 200],
    ["no-store: the trap of a minimum that is not 0", "no-store", {}, 10],
    ["private", "private", {}, 10],
  ])("with a minimum of 10 s and a maximum of 100 s: %s", (_, cacheControl, settings, expected) => {
    expect(seconds(200, cacheControl, { minTTL: 10, maxTTL: 100, defaultTTL: 20, ...settings })).toBe(
      expected,
    );
  });

  it("does not take x-max-age or stale-while-revalidate for max-age", () => {
    expect(seconds(200, "x-max-age=5, stale-while-revalidate=7")).toBe(86_400);
  });

  it("is 0 with Vary: * and a minimum of 0 (Content negotiation)", () => {
    expect(seconds(200, "max-age=60", { vary: "*" })).toBe(0);
    expect(seconds(200, "max-age=60", { vary: "*", minTTL: 1 })).toBe(60);
  });

  it("is 0 with CachingDisabled, for errors too", () => {
    for (const status of [200, 404, 503]) {
      expect(seconds(status, "max-age=60", { minTTL: 0, defaultTTL: 0, maxTTL: 0 })).toBe(0);
    }
  });

  it("lies between the minimum and the maximum, whatever the origin declares", () => {
    const declared = fc.constantFrom("max-age", "s-maxage");
    fc.assert(
      fc.property(declared, fc.nat(), fc.nat(1_000), fc.nat(1_000), (directive, age, minTTL, more) => {
        const maxTTL = minTTL + more + 1;
        const lifetime = seconds(200, `${directive}=${age}`, { minTTL, maxTTL });
        expect(lifetime).toBe(age < minTTL ? minTTL : age > maxTTL ? maxTTL : age);
      }),
    );
  });
});

describe("the lifetime of an error (HTTPStatusCodes, custom-error-pages-expiration)", () => {
  it.each([404, 414, 500, 501, 502, 503, 504])(
    "%i is always kept, for the longer of the minimum and what it says",
    (status) => {
      expect(seconds(status)).toBe(1);
      expect(seconds(status, "public, max-age=60")).toBe(60);
      expect(seconds(status, "max-age=1", { errorCachingMinTTL: 10 })).toBe(10);
      expect(seconds(status, undefined, { expires: "Mon, 23 Nov 2026 12:01:00 GMT" })).toBe(60);
      expect(seconds(status, "max-age=500", { maxTTL: 100 })).toBe(100);
    },
  );

  it.each([400, 403, 405, 412, 415])("%i is kept only when max-age or s-maxage says so", (status) => {
    expect(seconds(status)).toBe(0);
    expect(seconds(status, undefined, { expires: "Mon, 23 Nov 2026 12:01:00 GMT" })).toBe(0);
    expect(seconds(status, "max-age=300")).toBe(300);
    expect(seconds(status, "s-maxage=300, max-age=1")).toBe(300);
    expect(seconds(status, "max-age=3", { errorCachingMinTTL: 10 })).toBe(10);
  });

  it.each([400, 403, 405, 412, 415])(
    "error-with-max-age-0 (assumed): %i with max-age=0 is kept for the minimum",
    (status) => {
      expect(seconds(status, "max-age=0")).toBe(1);
    },
  );

  it.each([401, 406, 410, 416, 422, 429, 505])("%i is never kept", (status) => {
    expect(seconds(status, "max-age=300")).toBe(0);
  });

  it.each([404, 414, 501])("%i honours no-store, no-cache and private, whatever the minimum", (status) => {
    for (const directive of ["no-store", "no-cache", "private"]) {
      expect(seconds(status, directive, { minTTL: 1 })).toBe(0);
    }
  });

  it.each([500, 502, 503, 504])("%i does not honour no-store", (status) => {
    expect(seconds(status, "no-store")).toBe(1);
    expect(seconds(status, "no-store", { errorCachingMinTTL: 10 })).toBe(10);
  });
});

describe("what prevents collapsing (request-s3-traffic-spikes)", () => {
  it.each(["private", "no-store", "no-cache", "max-age=0", "s-maxage=0, max-age=60"])(
    "is %s, with a minimum of 0",
    (cacheControl) => {
      const answer = { status: 200, headers: { "cache-control": cacheControl } };
      expect(preventsCollapsing(answer, layerPolicy({ minTTL: 0 }))).toBe(true);
      expect(preventsCollapsing(answer, layerPolicy({ minTTL: 1 }))).toBe(false);
    },
  );

  it.each([undefined, "max-age=1", "max-age=0, s-maxage=30"])("is not %s", (cacheControl) => {
    const answer = {
      status: 200,
      headers: cacheControl === undefined ? {} : { "cache-control": cacheControl },
    };
    expect(preventsCollapsing(answer, layerPolicy())).toBe(false);
  });

  it("is nothing about an error that is kept all the same", () => {
    const answer = { status: 503, headers: { "cache-control": "no-store" } };
    expect(preventsCollapsing(answer, layerPolicy())).toBe(false);
  });
});

it("stale-if-error bounds how long what has expired stands in, and without it nothing does", () => {
  const of = (cacheControl: string) =>
    staleIfErrorSeconds({ status: 200, headers: { "cache-control": cacheControl } });
  expect(of("max-age=60, stale-if-error=0")).toBe(0);
  expect(of("max-age=60, stale-if-error=120")).toBe(120);
  expect(of("max-age=60")).toBe(Number.POSITIVE_INFINITY);
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  cacheKey,
  invalidationTarget,
  isSelected,
  normalizedAcceptEncoding,
  selectCookies,
  selectQueryString,
} from "../../../src/local/cloudfront/cache-key.ts";
import type { CachePolicy, Selection } from "../../../src/local/cloudfront/description.ts";
import { layerRequest, ourCachePolicy } from "./layer-requests.ts";

function policy(changes: Partial<CachePolicy>): CachePolicy {
  return { ...ourCachePolicy, ...changes };
}

const whitelist = (...items: string[]): Selection => ({ behavior: "whitelist", items });
const allExcept = (...items: string[]): Selection => ({ behavior: "allExcept", items });
const all: Selection = { behavior: "all" };
const none: Selection = { behavior: "none" };

describe("the key of our policy", () => {
  it("is the path alone, whatever else the request has", () => {
    fc.assert(
      fc.property(
        fc.webPath(),
        fc.webQueryParameters(),
        fc.dictionary(fc.string(), fc.string()),
        (path, querystring, headers) => {
          expect(cacheKey(layerRequest({ uri: path, querystring, headers }), ourCachePolicy)).toBe(path);
        },
      ),
    );
  });

  it("is one for GET and HEAD, and another for OPTIONS", () => {
    const keys = ["GET", "HEAD", "OPTIONS"].map((method) =>
      cacheKey(layerRequest({ method }), ourCachePolicy),
    );
    expect(keys[0]).toBe(keys[1]);
    expect(keys[2]).not.toBe(keys[0]);
  });
});

describe("two requests", () => {
  const everything = policy({
    queryStrings: all,
    headers: whitelist("Accept", "X-B"),
    cookies: all,
    enableAcceptEncodingGzip: true,
  });
  const value = fc.stringMatching(/^[!-:<-~]{0,4}$/u);
  const request = fc.record({
    uri: fc.stringMatching(/^\/[a-c?=]{0,2}$/u),
    querystring: fc.stringMatching(/^[a-c=&]{0,3}$/u),
    headers: fc.record(
      { accept: value, "x-b": value, cookie: value, "accept-encoding": fc.constantFrom("gzip", "br") },
      { requiredKeys: [] },
    ),
  });

  it("share a key exactly when all that is selected is the same", () => {
    const selected = ({
      uri,
      querystring,
      headers,
    }: {
      uri: string;
      querystring: string;
      headers: Readonly<Record<string, string>>;
    }) =>
      JSON.stringify([
        uri,
        querystring,
        headers.accept,
        headers["x-b"],
        selectCookies(headers.cookie, all),
        normalizedAcceptEncoding(headers, everything) === "gzip",
      ]);
    fc.assert(
      fc.property(request, request, (one, other) => {
        const isSameKey =
          cacheKey(layerRequest(one), everything) === cacheKey(layerRequest(other), everything);
        expect(isSameKey).toBe(selected(one) === selected(other));
      }),
      { numRuns: 2_000 },
    );
  });
});

describe("query strings (QueryStringParameters)", () => {
  it.each([
    [all, "b=2&a=1&a=3"],
    [none, ""],
    [whitelist("a"), "a=1&a=3"],
    [whitelist("A"), ""],
    [allExcept("a"), "b=2"],
  ])("%j keeps %s of b=2&a=1&a=3", (selection, expected) => {
    expect(selectQueryString("b=2&a=1&a=3", selection)).toBe(expected);
  });

  it("makes a difference by order and by case", () => {
    const key = (querystring: string) =>
      cacheKey(layerRequest({ querystring }), policy({ queryStrings: all }));
    expect(new Set(["a=1&b=2", "b=2&a=1", "A=1&b=2", ""].map(key)).size).toBe(4);
  });
});

describe("headers", () => {
  it("are named in any case, and one that is absent is unlike an empty one", () => {
    const byAccept = policy({ headers: whitelist("ACCEPT") });
    const key = (headers: Readonly<Record<string, string>>) => cacheKey(layerRequest({ headers }), byAccept);
    expect(new Set([{ accept: "image/webp" }, { accept: "" }, {}].map(key)).size).toBe(3);
    expect(key({ "x-b": "1" })).toBe(key({}));
  });

  it.each([
    [all, true],
    [none, false],
    [whitelist("Accept"), true],
    [whitelist("Origin"), false],
    [allExcept("Accept"), false],
    [allExcept("Origin"), true],
  ])("%j has accept: %s", (selection, expected) => {
    expect(isSelected("accept", selection)).toBe(expected);
  });
});

describe("cookies (Cookies)", () => {
  it.each([
    [all, "a=1; B=3; b=2"],
    [none, ""],
    [whitelist("b"), "b=2"],
    [allExcept("b"), "a=1; B=3"],
  ])("%j keeps %s, sorted by name", (selection, expected) => {
    const sorted = expected.split("; ").sort().join("; ");
    expect(selectCookies("b=2;  a=1;B=3;", selection)).toBe(sorted);
    expect(selectCookies(undefined, selection)).toBe("");
  });
});

describe("Accept-Encoding (cache-policy-compressed-objects)", () => {
  const cases: readonly (readonly [
    gzip: boolean,
    brotli: boolean,
    sent: string | undefined,
    result: string | undefined,
  ])[] = [
    [true, true, "gzip, deflate, br", "br,gzip"],
    [true, true, "deflate, GZIP;q=0.5", "gzip"],
    [true, true, "br", "br"],
    [true, true, "deflate", "identity"],
    [true, true, undefined, undefined],
    [true, false, "gzip, br", "gzip"],
    [true, false, "br", "identity"],
    [false, true, "gzip, br", "br"],
    [false, false, "gzip, br", undefined],
  ];

  it.each(cases)("with gzip %s and brotli %s, %s becomes %s", (gzip, brotli, sent, result) => {
    const headers: Record<string, string> = sent === undefined ? {} : { "accept-encoding": sent };
    const compressed = policy({ enableAcceptEncodingGzip: gzip, enableAcceptEncodingBrotli: brotli });
    expect(normalizedAcceptEncoding(headers, compressed)).toBe(result);
    const isInKey = result !== undefined && result !== "identity";
    expect(cacheKey(layerRequest({ headers }), compressed)).toBe(
      isInKey ? `/a\naccept-encoding: ${result}` : "/a",
    );
  });

  it("is in the key once where the policy lists it as well", () => {
    const both = policy({ enableAcceptEncodingGzip: true, headers: whitelist("accept-encoding") });
    expect(cacheKey(layerRequest({ headers: { "accept-encoding": "gzip, zstd" } }), both)).toBe(
      "/a\naccept-encoding: gzip",
    );
  });
});

it("an invalidation sees the path and the query string of a key, and nothing else of it", () => {
  const varied = policy({ queryStrings: whitelist("w"), headers: whitelist("accept"), cookies: all });
  const headers = { accept: "image/webp", cookie: "a=1" };
  const target = (querystring: string) =>
    invalidationTarget(cacheKey(layerRequest({ querystring, headers, method: "OPTIONS" }), varied));
  expect(target("h=1&w=2")).toBe("/a?w=2");
  expect(target("h=1")).toBe("/a");
  expect(invalidationTarget("/a")).toBe("/a");
});

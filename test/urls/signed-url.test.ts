import { describe, expect, test } from "vitest";
import { formatSignedUrl, parseSignedUrl } from "../../src/urls/signed-url.ts";

const malformed = (message: string) => expect.objectContaining({ code: "URL_MALFORMED", message });

const parseQuery = (query: string) => parseSignedUrl("/thumb/a.jpg", query);

describe("paths", () => {
  const shape = "expected a path of the form /{preset}/{source}";
  const preset = "expected the path to begin with a preset: a-z, then up to 31 characters of a-z 0-9 -";

  test.each([
    ["", shape],
    ["/", shape],
    ["thumb/a.jpg", shape],
    ["/thumb", shape],
    ["//a.jpg", preset],
    ["/_health/x", preset],
    ["/Thumb/a.jpg", preset],
    ["/1thumb/a.jpg", preset],
    ["/th%zzmb/a.jpg", preset],
    ["/thumb%2Fx/a.jpg", preset],
    [`/${"p".repeat(33)}/a.jpg`, preset],
    ["/thumb/", "expected the source key to be 1 to 850 bytes of UTF-8"],
  ])("refuses %s", (path, message) => {
    expect(() => parseSignedUrl(path, "")).toThrow(malformed(message));
  });

  test("reads a preset of 32 characters", () => {
    expect(parseSignedUrl(`/${"p".repeat(32)}/a.jpg`, "")).toEqual({
      preset: "p".repeat(32),
      source: "a.jpg",
    });
  });
});

describe("queries", () => {
  const exp = 'expected "exp" to be unix seconds in 1 to 12 digits without a leading zero';
  const ver = 'expected "ver" to be 1 to 64 characters of A-Z a-z 0-9 _ -';
  const kid = 'expected "kid" to be 1 to 32 characters of A-Z a-z 0-9 _ -';
  const w = 'expected "w" to be pixels in 1 to 5 digits without a leading zero';
  const dpr = 'expected "dpr" to be a ratio from 1 to 9.99 with at most two decimals';
  const beside = '"grant" stands instead of "exp", "ver", "kid" and "sig", not beside them';

  test.each([
    ["exp=", exp],
    ["exp", exp],
    ["exp=0", exp],
    ["exp=+1", exp],
    ["exp=1%0A", exp],
    ["exp=1234567890123", exp],
    ["ver=", ver],
    ["ver=a+b", ver],
    [`ver=${"v".repeat(65)}`, ver],
    ["kid=demo+1", kid],
    [`kid=${"k".repeat(33)}`, kid],
    ["sig=%zz", 'expected "sig" to be text'],
    ["w=", w],
    ["w=100000", w],
    ["w=-1", w],
    ["dpr=0.5", dpr],
    ["dpr=10", dpr],
    ["dpr=1.", dpr],
    ["dpr=1.234", dpr],
    [`grant=${"g".repeat(4_097)}`, 'expected "grant" to be a token of at most 4096 characters'],
    ["grant=a.b.c&exp=1", beside],
    ["ver=1&grant=a.b.c", beside],
    ["kid=k&grant=a.b.c", beside],
    ["grant=a.b.c&sig=", beside],
    ["w=1&%77=1", '"w" is given twice'],
    ["sig=&sig=x", '"sig" is given twice'],
    ["fm=webp&f%6D=webp", '"fm" is given twice'],
    ["grant=&grant=", '"grant" is given twice'],
  ])("refuses %s", (query, message) => {
    expect(() => parseQuery(query)).toThrow(malformed(message));
  });

  test.each([
    ["sig=&kid=", {}],
    ["sig&kid", {}],
    ["?sig=x", {}],
    ["EXP=1&Sig=x", {}],
    ["utm=%zz&%zz=1&%=&&=&constructor=1&__proto__=2&toString", {}],
    ["rev=1&rev=2", {}],
    ["exp=999999999999", { exp: 999_999_999_999 }],
    ["e%78p=%31", { exp: 1 }],
    ["dpr=2.50", { dpr: 2.5 }],
    ["fm=", { fm: "" }],
    ["fm=a%26b", { fm: "a&b" }],
    ["sig=a=b", { sig: "a=b" }],
    ["sig=a+b", { sig: "a+b" }],
    ["grant=", { grant: "" }],
    [`grant=${"g".repeat(4_096)}&w=1`, { grant: "g".repeat(4_096), w: 1 }],
  ])("reads %s", (query, parameters) => {
    expect(parseQuery(query)).toEqual({ preset: "thumb", source: "a.jpg", ...parameters });
  });
});

test("formats claims and signature first, then selectors, then the hint", () => {
  const url = {
    fm: "webp",
    dpr: 1.5,
    w: 640,
    sig: "s",
    kid: "k",
    ver: "v",
    exp: 1,
    source: "a b.jpg",
    preset: "thumb",
  };
  expect(formatSignedUrl(url, "3f9a1c")).toBe(
    "/thumb/a%20b.jpg?exp=1&ver=v&kid=k&sig=s&w=640&dpr=1.5&fm=webp&rev=3f9a1c",
  );
  expect(formatSignedUrl({ preset: "og", source: "a" })).toBe("/og/a");
});

test("reads 8 KB of anything in linear time", () => {
  const hostile = ["&", "=", "%", "&w", "%77=", "&exp", "sig=%41", "a&"].map((unit) => unit.repeat(100_000));
  const started = performance.now();
  for (const text of hostile) {
    expect(() => {
      parseQuery(text);
      parseSignedUrl(`/thumb/${text}`, "");
    }).toThrow(expect.objectContaining({ code: "URL_MALFORMED" }));
  }
  // Quadratic time would take minutes here.
  expect(performance.now() - started).toBeLessThan(5_000);
});

import { describe, expect, test } from "vitest";
import { brokenRule, decodeSourceKey, encodeSourceKey, isSourceKey } from "../../src/urls/source-key.ts";

const controls = "a text without control characters, backslashes and lone surrogates";
const segments = 'a path without a leading slash, empty, "." and ".." segments';
const length = "1 to 850 bytes of UTF-8";

test.each([
  ["an empty text", "", length],
  ["a leading slash", "/a.jpg", segments],
  ["a trailing slash", "a/", segments],
  ["an empty segment", "a//b", segments],
  ["a dot segment", "a/./b", segments],
  ["a leading dot segment", "../b", segments],
  ["a last dot segment", "a/..", segments],
  ["a lone dot", ".", segments],
  ["NUL", "a\u0000b", controls],
  ["a line feed", "a\nb", controls],
  ["U+001F", "a\u001fb", controls],
  ["DEL", "a\u007fb", controls],
  ["a backslash", "a\\b", controls],
  ["a lone high surrogate", "a\ud83d", controls],
  ["a lone low surrogate", "\udc08a", controls],
  ["851 bytes of ASCII", "k".repeat(851), length],
  ["852 bytes in 284 characters", "한".repeat(284), length],
  ["852 bytes in surrogate pairs", "🐈".repeat(213), length],
])("refuses %s", (_, key, rule) => {
  expect(isSourceKey(key)).toBe(false);
  expect(brokenRule(key)).toBe(rule);
});

test.each([
  ["850 bytes of ASCII", "k".repeat(850)],
  ["849 bytes in 283 characters", "한".repeat(283)],
  ["848 bytes in surrogate pairs", "🐈".repeat(212)],
  ["dots that are not dot segments", "...a/.b/c./d..e"],
  ["U+0080, which is above DEL", "\u0080"],
  ["the last code point", "\u{10ffff}"],
  ["a space", " "],
])("accepts %s", (_, key) => {
  expect(isSourceKey(key)).toBe(true);
  expect(decodeSourceKey(encodeSourceKey(key))).toBe(key);
});

describe("decoding", () => {
  const escaped = "the path holds a character that has to be percent-encoded";
  const broken = "the path holds an escape that is malformed or not UTF-8";

  test.each([
    ["a+b", "a+b"],
    ["a%2Bb", "a+b"],
    ["%252F", "%2F"],
    ["%25", "%"],
    ["%7Ea", "~a"],
    ["!$&'()*+,;=:@[]|{}", "!$&'()*+,;=:@[]|{}"],
    ["cafe%cc%81", "cafe\u0301"],
  ])("reads %s as %s", (wire, key) => {
    expect(decodeSourceKey(wire)).toBe(key);
  });

  test.each([
    ["a%2Fb", "the path holds an escaped slash"],
    ["a%2fb", "the path holds an escaped slash"],
    ["a b", escaped],
    ["a?b", escaped],
    ["a#b", escaped],
    ["caf\u00e9", escaped],
    ["a\ud800", escaped],
    ["a%", broken],
    ["a%4", broken],
    ["%zz", broken],
    ["%C0%AE", broken],
    ["%ED%A0%80", broken],
    ["%F5%80%80%80", broken],
    ["a\\b", `expected the source key to be ${controls}`],
    ["a%5Cb", `expected the source key to be ${controls}`],
    ["a%00", `expected the source key to be ${controls}`],
    ["a/%2e%2E/b", `expected the source key to be ${segments}`],
    ["a//b", `expected the source key to be ${segments}`],
    ["", `expected the source key to be ${length}`],
  ])("refuses %j", (wire, message) => {
    expect(() => decodeSourceKey(wire)).toThrow(expect.objectContaining({ code: "URL_MALFORMED", message }));
  });
});

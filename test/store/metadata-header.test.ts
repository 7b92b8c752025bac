import fc from "fast-check";
import { expect, it } from "vitest";
import { decodeMetadataValue, encodeMetadataValue } from "../../src/store/metadata-header.ts";

it.each([
  ["photos/cat.jpg", "photos/cat.jpg"],
  ["two words", "two words"],
  ["", "=?UTF-8?B??="],
  [" at both ends ", "=?UTF-8?B?IGF0IGJvdGggZW5kcyA=?="],
  ["사진.jpg", "=?UTF-8?B?7IKs7KeELmpwZw==?="],
  ["line\nbreak", "=?UTF-8?B?bGluZQpicmVhaw==?="],
  ["=?UTF-8?B?eA==?=", "=?UTF-8?B?PT9VVEYtOD9CP2VBPT0/PQ==?="],
])("writes %j as %j and reads it back", (text, value) => {
  expect(encodeMetadataValue(text)).toBe(value);
  expect(decodeMetadataValue(value)).toBe(text);
});

it.each(["=?UTF-8?Q?S=C3=A3o?=", "=?ISO-8859-1?B?4Q==?=", "=?UTF-8?B?not base64?=", "100%25"])(
  "leaves %j, which it did not write, as it is",
  (value) => {
    expect(decodeMetadataValue(value)).toBe(value);
  },
);

it("writes any text as printable US-ASCII without spaces at the ends, and reads it back", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      const value = encodeMetadataValue(text);
      expect(value).toMatch(/^[\x20-\x7e]+$/);
      expect(value.trim()).toBe(value);
      expect(decodeMetadataValue(value)).toBe(text);
    }),
  );
});

it("fits a source key of 850 bytes and a checksum into S3's 2 kB", () => {
  const key = "고".repeat(283);
  expect(Buffer.byteLength(key)).toBe(849);
  expect(encodeMetadataValue(key).length).toBeLessThan(1_200);
});

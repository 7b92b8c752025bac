import { describe, expect, test } from "vitest";
import { formatCanonicalPath, parseCanonicalPath, storeKey } from "../../src/urls/canonical-path.ts";

const revision = "3f9a1c20b4d7";
const variant = { source: "photos/cat.jpg", preset: "thumb", revision, format: "webp" } as const;

test.each([
  [variant, "/photos/cat.jpg/thumb.3f9a1c20b4d7.webp"],
  [
    { ...variant, width: 1280, version: "7f3a", format: "avif" },
    "/photos/cat.jpg/thumb.3f9a1c20b4d7.1280w.v-7f3a.avif",
  ],
  [{ ...variant, dpr: 1.5 }, "/photos/cat.jpg/thumb.3f9a1c20b4d7.1.5x.webp"],
  [{ ...variant, dpr: 1.05, version: "1x" }, "/photos/cat.jpg/thumb.3f9a1c20b4d7.1.05x.v-1x.webp"],
  [{ ...variant, dpr: 2, format: "json" }, "/photos/cat.jpg/thumb.3f9a1c20b4d7.2x.json"],
  [{ ...variant, version: "1280w" }, "/photos/cat.jpg/thumb.3f9a1c20b4d7.v-1280w.webp"],
  [{ ...variant, source: "a b/(1).jpg" }, "/a%20b/%281%29.jpg/thumb.3f9a1c20b4d7.webp"],
  [
    { ...variant, source: "a.jpg/thumb.3f9a1c20b4d7.webp" },
    "/a.jpg/thumb.3f9a1c20b4d7.webp/thumb.3f9a1c20b4d7.webp",
  ],
] as const)("%j is %s", (value, path) => {
  expect(formatCanonicalPath(value)).toBe(path);
  expect(parseCanonicalPath(path)).toEqual(value);
});

test("the store key is the source key as it is, then the derivative's name", () => {
  expect(storeKey({ ...variant, source: "a b/100%/한.jpg" })).toBe("a b/100%/한.jpg/thumb.3f9a1c20b4d7.webp");
});

describe("a path that format would not have written", () => {
  const shape = "expected a path of the form /{source}/{preset}.{revision}[...].{format}";
  const spelling = "expected the source key in its canonical spelling";

  test.each([
    ["no leading slash", "a.jpg/thumb.3f9a1c20b4d7.webp", shape],
    ["no source", "/thumb.3f9a1c20b4d7.webp", shape],
    ["an empty source", "//thumb.3f9a1c20b4d7.webp", "expected the source key to be 1 to 850 bytes of UTF-8"],
    ["no revision", "/a.jpg/thumb.webp", shape],
    ["a short revision", "/a.jpg/thumb.3f9a1c20b4d.webp", shape],
    ["a revision in capitals", "/a.jpg/thumb.3F9A1C20B4D7.webp", shape],
    ["no format", "/a.jpg/thumb.3f9a1c20b4d7", shape],
    ["an unknown format", "/a.jpg/thumb.3f9a1c20b4d7.jpg", shape],
    ["text after the format", "/a.jpg/thumb.3f9a1c20b4d7.webp\n", shape],
    ["dpr 1", "/a.jpg/thumb.3f9a1c20b4d7.1x.webp", shape],
    ["dpr 1.0", "/a.jpg/thumb.3f9a1c20b4d7.1.0x.webp", shape],
    ["dpr 2.0", "/a.jpg/thumb.3f9a1c20b4d7.2.0x.webp", shape],
    ["dpr 1.50", "/a.jpg/thumb.3f9a1c20b4d7.1.50x.webp", shape],
    ["dpr below 1", "/a.jpg/thumb.3f9a1c20b4d7.0.5x.webp", shape],
    ["a width with a leading zero", "/a.jpg/thumb.3f9a1c20b4d7.0640w.webp", shape],
    ["width and dpr", "/a.jpg/thumb.3f9a1c20b4d7.640w.2x.webp", shape],
    ["the version before the width", "/a.jpg/thumb.3f9a1c20b4d7.v-1.640w.webp", shape],
    ["an empty version", "/a.jpg/thumb.3f9a1c20b4d7.v-.webp", shape],
    ["an escape in the last segment", "/a.jpg/thum%62.3f9a1c20b4d7.webp", shape],
    ["a query", "/a.jpg/thumb.3f9a1c20b4d7.webp?w=1", shape],
    ["a lower-case escape", "/%c3%a7.jpg/thumb.3f9a1c20b4d7.webp", spelling],
    ["an escape without need", "/%61.jpg/thumb.3f9a1c20b4d7.webp", spelling],
    ["a missing escape", "/(1).jpg/thumb.3f9a1c20b4d7.webp", spelling],
    [
      "a dot segment",
      "/../thumb.3f9a1c20b4d7.webp",
      'expected the source key to be a path without a leading slash, empty, "." and ".." segments',
    ],
  ])("is refused: %s", (_, path, message) => {
    expect(() => parseCanonicalPath(path)).toThrow(
      expect.objectContaining({ code: "URL_MALFORMED", message }),
    );
  });
});

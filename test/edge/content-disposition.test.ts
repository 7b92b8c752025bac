import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { contentDisposition } from "../../src/edge/content-disposition.ts";

const variant = { preset: "thumb", revision: "0123456789ab", format: "webp" } as const;

describe("contentDisposition", () => {
  it.each([
    ["photos/cat.png", 'inline; filename="cat.webp"'],
    ["cat", 'inline; filename="cat.webp"'],
    ["a.b/.hidden", 'inline; filename=".hidden.webp"'],
    ["archive.tar.gz", 'inline; filename="archive.tar.webp"'],
    ['a"b\\c.jpg', "inline; filename=\"a_b_c.webp\"; filename*=UTF-8''a%22b%5Cc.webp"],
    ["100%.jpg", "inline; filename=\"100_.webp\"; filename*=UTF-8''100%25.webp"],
    ["it's (1)*.jpg", 'inline; filename="it\'s (1)*.webp"'],
    [
      "고양이's.jpg",
      "inline; filename=\"___'s.webp\"; filename*=UTF-8''%EA%B3%A0%EC%96%91%EC%9D%B4%27s.webp",
    ],
  ])("names %s by its last segment and the format", (source, expected) => {
    expect(contentDisposition({ ...variant, source }, false)).toBe(expected);
  });

  it("names a JPEG .jpg", () => {
    expect(contentDisposition({ ...variant, source: "a.png", format: "jpeg" }, true)).toBe(
      'attachment; filename="a.jpg"',
    );
  });

  it("is a legal header value for every source key", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", minLength: 1 }), (source) => {
        expect(contentDisposition({ ...variant, source }, false)).toMatch(
          /^inline; filename="[\x20-\x7e]+"(?:; filename\*=UTF-8''[A-Za-z0-9!#$&+.^_`|~%-]+)?$/,
        );
      }),
    );
  });
});

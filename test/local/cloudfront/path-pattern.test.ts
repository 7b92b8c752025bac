import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { imgsealDistribution } from "../../../src/local/cloudfront/imgseal-distribution.ts";
import {
  compilePathPattern,
  createBehaviorChooser,
  normalisePath,
} from "../../../src/local/cloudfront/path-pattern.ts";

// "Cache behavior settings", path pattern.
describe("a path pattern", () => {
  it.each([
    ["/*.jpg", "/cat.jpg", true],
    ["/*.jpg", "/images/2026/cat.jpg", true],
    ["*.jpg", "/images/cat.jpg", true],
    ["images/*.jpg", "/images/cat.jpg", true],
    ["/images/*.jpg", "/images/a/cat.jpg", true],
    ["images/*.jpg", "/other/images/cat.jpg", false],
    ["/images/*", "/images/", true],
    ["/images/*", "/images", false],
    ["/*.jpg", "/cat.JPG", false],
    ["/*.JPG", "/cat.jpg", false],
    ["/a?.jpg", "/ab.jpg", true],
    ["/a?.jpg", "/a.jpg", false],
    ["/a?.jpg", "/abc.jpg", false],
    ["/a??.jpg", "/abc.jpg", true],
    ["*", "/", true],
    ["*", "/anything/at/all", true],
    ["/a.b", "/axb", false],
    ["/a+b$c", "/a+b$c", true],
    ["/a+b", "/aab", false],
    ["/images/*/thumb*", "/images/x/y/thumb", true],
    ["/***.jpg", "/a.jpg", true],
    ["/a", "/a/b", false],
  ])("%s and %s: %s", (pattern, path, matches) => {
    expect(compilePathPattern(pattern)(path)).toBe(matches);
  });

  it("may have 255 characters and not 256", () => {
    expect(compilePathPattern(`/${"a".repeat(254)}`)(`/${"a".repeat(254)}`)).toBe(true);
    expect(() => compilePathPattern(`/${"a".repeat(255)}`)).toThrow(
      new TypeError("expected a path pattern of 1 to 255 characters, received 256 characters"),
    );
    expect(() => compilePathPattern("")).toThrow("received 0 characters");
  });

  it.each(["/a b", "/ä", "/a%20b", "/a#b", "/[ab]", "/a(b)", "/a\nb"])(
    "may not have what %j has",
    (pattern) => {
      expect(() => compilePathPattern(pattern)).toThrow(
        /^expected a path pattern of A-Z a-z 0-9 .* received "/,
      );
    },
  );

  it("matches itself, with or without its leading slash", () => {
    const segment = fc.stringMatching(/^[A-Za-z0-9_.$~'@:+&-]{1,12}$/);
    fc.assert(
      fc.property(fc.array(segment, { minLength: 1, maxLength: 5 }), (segments) => {
        const path = segments.join("/");
        expect([compilePathPattern(path)(`/${path}`), compilePathPattern(`/${path}`)(`/${path}`)]).toEqual([
          true,
          true,
        ]);
      }),
    );
  });

  it.each([`/${"*".repeat(200)}x`, `/${"*a".repeat(120)}*x`])(
    "of many stars is matched in no time: %s",
    (pattern) => {
      const matches = compilePathPattern(pattern);
      const started = performance.now();
      expect(matches(`/${"a".repeat(8_000)}`)).toBe(false);
      expect(performance.now() - started).toBeLessThan(500);
    },
  );
});

describe("a path is compared as", () => {
  it.each([
    ["/a/b", "/a/b"],
    ["/a//b", "/a/b"],
    ["//a", "/a"],
    ["/a/./b", "/a/b"],
    ["/a/../b", "/b"],
    ["/../../b", "/b"],
    ["/a/..", "/"],
    ["/a/b/..", "/a/"],
    ["/a/b/.", "/a/b/"],
    ["/%61%2e%7E", "/a.~"],
    ["/a%2fb", "/a%2Fb"],
    ["/%2e%2e/b", "/b"],
    ["/", "/"],
  ])("%s as %s", (path, normalised) => {
    expect(normalisePath(path)).toBe(normalised);
  });

  it("the same when it is normalised again", () => {
    fc.assert(
      fc.property(fc.webPath(), (path) => {
        const once = normalisePath(`/${path}`);
        expect(normalisePath(once)).toBe(once);
      }),
    );
  });
});

describe("the behavior", () => {
  const { defaultCacheBehavior } = imgsealDistribution;
  const behaviors = ["/images/*", "/images/*.jpg", "/static/*.css"].map((pathPattern) => ({
    ...defaultCacheBehavior,
    pathPattern,
  }));
  const choose = createBehaviorChooser({ ...imgsealDistribution, cacheBehaviors: behaviors });

  it("is the first in order whose pattern matches, and else the default", () => {
    expect(choose("/images/a.jpg")).toBe(behaviors[0]);
    expect(choose("/static/a.css")).toBe(behaviors[2]);
    expect(choose("/a.css")).toBe(defaultCacheBehavior);
  });

  it("is chosen by the normalised path", () => {
    expect(choose("/x/../images/a.jpg")).toBe(behaviors[0]);
    expect(choose("/%69mages/a.jpg")).toBe(behaviors[0]);
    expect(choose("/images/../a.jpg")).toBe(defaultCacheBehavior);
  });
});

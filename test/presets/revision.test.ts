import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compilePresets } from "../../src/presets/compile.ts";
import { parsePresets } from "../../src/presets/parse.ts";
import { canonicalJson, revisionContent } from "../../src/presets/revision.ts";
import { type OptionName, optionFacts, optionShape } from "../../src/presets/schema.ts";
import { lookup } from "../../src/presets/table.ts";
import { presetOf, tableOf } from "./read.ts";

const optionNames = Object.keys(optionShape) as OptionName[];

/** A preset, what an edit makes of one option of it, and whether the bytes may change. */
const edits: Readonly<Record<OptionName, readonly [before: object, after: object, touchesBytes: boolean]>> = {
  description: [{}, { description: "Other words" }, false],
  extends: [{ width: 10 }, { width: 10, extends: "empty" }, false],
  access: [{}, { access: "public" }, false],
  sources: [{}, { sources: ["photos/"] }, false],
  cache: [{}, { cache: { maxAge: "1h", edge: "1y", staleWhileRevalidate: "1m" } }, false],
  download: [{}, { download: true }, false],
  width: [{}, { width: 100 }, true],
  height: [{}, { height: 100 }, true],
  aspectRatio: [{ width: 100 }, { width: 100, aspectRatio: "2:1" }, true],
  widths: [{ widths: [100] }, { widths: [100, 200] }, true],
  dprs: [{ width: 100 }, { width: 100, dprs: [1, 2] }, true],
  fit: [{}, { fit: "contain" }, true],
  position: [{}, { position: "top" }, true],
  background: [{}, { background: "#fffffffe" }, true],
  withoutEnlargement: [{}, { withoutEnlargement: false }, true],
  formats: [{}, { formats: ["webp", "avif", "jpeg"] }, true],
  quality: [{}, { quality: { jpeg: 79 } }, true],
  minQuality: [{}, { minQuality: 39 }, true],
  effort: [{}, { effort: { webp: 5 } }, true],
  lossless: [{ overflow: "refuse" }, { overflow: "refuse", lossless: true }, true],
  progressive: [{}, { progressive: true }, true],
  maxBytes: [{}, { maxBytes: "749999B" }, true],
  overflow: [{}, { overflow: "refuse" }, true],
  metadata: [{}, { metadata: "keep" }, true],
};

const revisionOfOptions = (options: object) => lookup(tableOf({ empty: {}, only: options }), "only").revision;
const hashed = (options: object): Record<string, unknown> =>
  JSON.parse(revisionContent(presetOf(options))).options;

test("knows an edit of every option", () => {
  expect(Object.keys(edits).sort()).toEqual([...optionNames].sort());
});

test.each(optionNames)("changes with %s exactly when it touches bytes", (name) => {
  const [before, after, touchesBytes] = edits[name];
  expect(revisionOfOptions(after) !== revisionOfOptions(before)).toBe(touchesBytes);
  expect(optionFacts.get(optionShape[name])?.touchesBytes === true).toBe(touchesBytes);
});

test.each(optionNames)(
  "hashes no %s that is neutral, so that an option added later changes no revision",
  (name) => {
    const neutral = optionFacts.get(optionShape[name])?.neutral;
    // A mapping names formats on offer only: the neutral effort's png and gif are not.
    const value = name === "effort" ? { avif: 2, webp: 4 } : neutral;
    const stated = value === undefined ? {} : { [name]: value };
    expect(hashed(stated)).toEqual({});
    expect(revisionOfOptions(stated)).toBe(revisionOfOptions({}));
  },
);

// A neutral value is fixed for ever: with another one, every preset that leaves the option out would keep its
// revision while its bytes change.
test("has the neutral values that it has always had", () => {
  const neutrals = optionNames
    .map((name) => [name, optionFacts.get(optionShape[name])?.neutral])
    .filter(([, neutral]) => neutral !== undefined);
  expect(Object.fromEntries(neutrals)).toEqual({
    access: "signed",
    fit: "cover",
    position: "centre",
    background: "white",
    withoutEnlargement: true,
    formats: ["avif", "webp", "jpeg"],
    quality: { avif: 50, webp: 80, jpeg: 80 },
    minQuality: 40,
    effort: { avif: 2, webp: 4, png: 7, gif: 7 },
    lossless: false,
    progressive: false,
    maxBytes: "750kB",
    overflow: "redirect",
    metadata: "strip",
    cache: "1d",
    download: false,
  });
});

// If this fails, an upgrade makes every cache and every store of derivatives fill anew. Do that on purpose
// (rendererEpoch), never by accident.
test("has frozen revisions for the shipped presets", () => {
  const text = readFileSync(new URL("../../presets.yaml", import.meta.url), "utf8");
  const { presets } = compilePresets(parsePresets(text, "presets.yaml"));
  expect(Object.fromEntries(Object.values(presets).map(({ name, revision }) => [name, revision]))).toEqual({
    thumb: "4c00e06c137e",
    card: "5dddee039e9a",
    banner: "296a946d072f",
    article: "7fdc91bb5017",
    avatar: "fd90fb7a6709",
    og: "1f700ea448ce",
    lqip: "c927f27e6c27",
    zoom: "2af716459fca",
    logo: "5b1e5306edfa",
    full: "b91a2a56f01d",
  });
});

test("hashes the documented text", () => {
  const preset = presetOf({ width: 200, height: 150, formats: ["webp"], quality: 90 });
  expect(revisionContent(preset)).toBe(
    '{"epoch":1,"options":{"formats":["webp"],"height":150,"quality":{"webp":90},"width":200}}',
  );
  // printf %s '...' | sha256sum
  expect(preset.revision).toBe("4c00e06c137e");
});

describe("is the same", () => {
  test("for human units and numbers, one quality and the same for each format, widths in any order", () => {
    const written = {
      widths: [640, 320],
      quality: 70,
      maxBytes: "700kB",
      background: "#FFF",
      position: "center",
    };
    const plain = {
      widths: [320, 640],
      quality: { avif: 70, webp: 70, jpeg: 70 },
      maxBytes: 700_000,
      background: "#ffffffff",
      position: "centre",
    };
    expect(revisionOfOptions(written)).toBe(revisionOfOptions(plain));
  });

  test("for options in any order", () => {
    const options = Object.entries({
      width: 100,
      fit: "contain",
      quality: 70,
      dprs: [1, 2],
      progressive: true,
    });
    fc.assert(
      fc.property(fc.shuffledSubarray(options, { minLength: options.length }), (shuffled) => {
        expect(revisionOfOptions(Object.fromEntries(shuffled))).toBe(
          revisionOfOptions(Object.fromEntries(options)),
        );
      }),
    );
  });

  test("for block and flow style, comments and anchors", () => {
    const revision = (text: string) =>
      lookup(compilePresets(parsePresets(`version: 1\npresets:\n${text}`, "presets.yaml")), "a").revision;
    const flow = revision("  a: {widths: [100, 200], fit: contain}\n");
    expect(revision("  # block\n  a:\n    fit: 'contain'\n    widths:\n      - 100\n      - 200\n")).toBe(
      flow,
    );
    expect(revision("  b: {widths: &w [100, 200]}\n  a: {fit: contain, widths: *w}\n")).toBe(flow);
  });

  test("whether options are written, taken from defaults, or from what is extended", () => {
    const options = { width: 100, quality: { webp: 70 }, position: "top" };
    const written = revisionOfOptions(options);
    expect(lookup(tableOf({ a: {} }, { defaults: options }), "a").revision).toBe(written);
    const { width, ...others } = options;
    const table = tableOf({
      a: { extends: "b", ...others },
      b: { extends: "c" },
      c: { width, position: "left" },
    });
    expect(lookup(table, "a").revision).toBe(written);
  });

  test("for another name", () => {
    const { presets } = tableOf({ a: { width: 10 }, b: { width: 10 } });
    expect(presets.a?.revision).toBe(presets.b?.revision);
  });
});

test("writes JSON whose text does not depend on the order of keys", () => {
  const reversed = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(reversed);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(
      Object.entries(value)
        .reverse()
        .map(([key, member]) => [key, reversed(member)]),
    );
  };
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(canonicalJson(reversed(value))).toBe(canonicalJson(value));
      expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
  expect(canonicalJson({ b: [{ d: 1, c: 2 }], a: "x y" })).toBe('{"a":"x y","b":[{"c":2,"d":1}]}');
});

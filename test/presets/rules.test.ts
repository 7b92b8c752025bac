import { describe, expect, test } from "vitest";
import { errorOf, presetOf, problemsOfPresets } from "./read.ts";

const overflow = "cannot be stepped down in quality to fit maxBytes: state overflow, redirect or refuse";

test.each<[object, string]>([
  [
    { width: 4, height: 3, aspectRatio: "4:3" },
    ".aspectRatio: width, height and aspectRatio are one too many: two of them give the third",
  ],
  [
    { widths: [4, 8], width: 4, height: 3, aspectRatio: "4:3" },
    ".aspectRatio: width, height and aspectRatio are one too many: two of them give the third",
  ],
  [
    { widths: [640], width: 640, dprs: [1, 2] },
    ".dprs: widths and dprs exclude each other: a srcset has w descriptors or x descriptors",
  ],
  [
    { widths: [640], height: 360 },
    '.height: a height cannot be the same for all widths: use aspectRatio (such as "16:9") instead',
  ],
  [
    { aspectRatio: "16:9" },
    ".aspectRatio: an aspectRatio needs a width, a height or widths to compute the other side from",
  ],
  [{ dprs: [1, 2] }, ".dprs: dprs need a width or a height to multiply"],
  [{ width: 100, dprs: [1.5, 2] }, ".dprs: dprs must contain 1, the ordinary screen"],
  [{ width: 5000, dprs: [1, 2] }, ".dprs: the width becomes 10000 pixels at dpr 2, at most 8192 are allowed"],
  [
    { width: 8192, aspectRatio: "1:2" },
    ".aspectRatio: the height becomes 16384 pixels, at most 8192 are allowed",
  ],
  [
    { widths: [640, 8000], aspectRatio: "1:2" },
    ".widths: the height becomes 16000 pixels, at most 8192 are allowed",
  ],
  [{ minQuality: 60 }, ".minQuality: minQuality 60 is above the quality of avif, 50"],
  [
    { formats: ["webp", "jpeg"], quality: { webp: 55, jpeg: 85 }, minQuality: 60 },
    ".minQuality: minQuality 60 is above the quality of webp, 55",
  ],
  [{ lossless: true }, `.lossless: avif and webp ${overflow}`],
  [{ formats: ["webp", "png"] }, `.formats: png ${overflow}`],
  [{ formats: ["gif"] }, `.formats: gif ${overflow}`],
  [{ formats: ["jpeg"], lossless: true }, ".lossless: jpeg has no lossless mode: offer webp, avif or png"],
  [
    { fit: "contain", position: "attention" },
    ".position: position attention works with fit cover only, not with contain",
  ],
  [
    { fit: "inside", position: "entropy" },
    ".position: position entropy works with fit cover only, not with inside",
  ],
  [
    { formats: ["webp"], quality: { avif: 40, jpeg: 70 } },
    ".quality: quality names avif and jpeg, but formats offers webp only",
  ],
  [
    { formats: ["avif", "jpeg"], effort: { webp: 4 } },
    ".effort: effort names webp, but formats offers avif and jpeg only",
  ],
  [{ effort: 9 }, ".effort: effort 9 is out of range for webp, which takes 0 to 6"],
  [
    { formats: ["png", "gif"], overflow: "refuse", effort: 0 },
    ".effort: effort 0 is out of range for gif, which takes 1 to 10",
  ],
])("refuses %j", (options, problem) => {
  expect(problemsOfPresets({ only: options })).toEqual([`presets.only${problem}`]);
});

test.each<object>([
  { widths: [640], width: 640, height: 360 },
  { widths: [640, 1280], aspectRatio: "16:9" },
  { width: 4096, dprs: [1, 2] },
  { lossless: true, overflow: "redirect" },
  { formats: ["webp", "png"], overflow: "refuse" },
  { formats: ["jpeg"], effort: 10 },
  { formats: ["avif"], effort: 9 },
  { fit: "contain", position: "top" },
  { fit: "inside", position: "top" },
  { minQuality: 50 },
  { quality: 20 },
  { formats: ["png"], overflow: "refuse", minQuality: 90 },
])("allows %j", (options) => {
  expect(presetOf(options)).toMatchObject({ name: "only" });
});

describe("between presets", () => {
  test("points at the option that the preset states itself, and says where the other one comes from", () => {
    expect(
      problemsOfPresets({ base: { width: 100, dprs: [1, 2] }, child: { extends: "base", widths: [100] } }),
    ).toEqual([
      "presets.child.widths: widths and dprs exclude each other: a srcset has w descriptors or x descriptors (dprs comes from presets.base)",
    ]);
  });

  test("points at the preset when it states neither", () => {
    expect(errorOf("version: 1\ndefaults:\n  minQuality: 90\npresets:\n  a: {}\n").problems).toEqual([
      {
        line: 5,
        column: 3,
        path: "presets.a",
        message: "minQuality 90 is above the quality of avif, 50 (minQuality comes from defaults)",
      },
    ]);
  });

  test("tells a mistake that is taken over where it is made, not again", () => {
    expect(problemsOfPresets({ base: { lossless: true }, child: { extends: "base", width: 100 } })).toEqual([
      `presets.base.lossless: avif and webp ${overflow}`,
    ]);
  });

  test("takes a stated overflow from defaults or from what is extended", () => {
    expect(presetOf({ lossless: true, overflow: "refuse" }).overflow).toBe("refuse");
    expect(
      problemsOfPresets({ a: { lossless: true }, b: { width: "x" } }, { defaults: { overflow: "redirect" } }),
    ).toEqual(['presets.b.width: expected an integer from 1 to 8192, received "x"']);
  });

  test("lets a mapping that is taken over say more than the preset offers", () => {
    expect(
      problemsOfPresets(
        { a: { formats: ["webp"] }, b: { width: "x" } },
        { defaults: { quality: { avif: 40, webp: 70 }, effort: { avif: 3 } } },
      ),
    ).toEqual(['presets.b.width: expected an integer from 1 to 8192, received "x"']);
  });
});

describe("beside other mistakes", () => {
  test("still tells what the sound options do wrong", () => {
    expect(problemsOfPresets({ a: { width: "x", fit: "contain", position: "attention" } })).toEqual([
      'presets.a.width: expected an integer from 1 to 8192, received "x"',
      "presets.a.position: position attention works with fit cover only, not with contain",
    ]);
  });

  test("does not judge by an option that is wrong itself, or misspelt", () => {
    expect(problemsOfPresets({ a: { width: "x", aspectRatio: "16:9" } })).toHaveLength(1);
    expect(problemsOfPresets({ a: { wdith: 100, dprs: [1, 2] } })).toHaveLength(1);
    expect(problemsOfPresets({ a: { wdith: 100 }, b: { extends: "a", dprs: [1, 2] } })).toHaveLength(1);
    expect(problemsOfPresets({ a: { dprs: [1, 2] } }, { defaults: { width: "x" } })).toHaveLength(1);
  });
});

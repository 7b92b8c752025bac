import { build } from "esbuild";
import fc from "fast-check";
import { expect, test } from "vitest";
import { ImgsealError } from "../../src/errors.ts";
import { declaredVariants, lookup, targetBox, variantsPerSource } from "../../src/presets/table.ts";
import { presetOf, tableOf } from "./read.ts";

test("finds a preset by its name", () => {
  expect(lookup(tableOf({ card: { width: 3 } }), "card").width).toBe(3);
});

test("knows no preset by the name of an object's member, unless it is declared", () => {
  const find = () => lookup(tableOf({ card: {} }), "constructor");
  expect(find).toThrow(ImgsealError);
  expect(find).toThrow(
    expect.objectContaining({ code: "PRESET_UNKNOWN", message: 'no preset is named "constructor"' }),
  );
  expect(lookup(tableOf({ constructor: { width: 5 } }), "constructor").width).toBe(5);
});

test.each([
  ["both sides", { width: 200, height: 150 }, {}, { width: 200, height: 150 }],
  ["one side", { width: 24 }, {}, { width: 24 }],
  ["the other side", { height: 64, dprs: [1, 2] }, { dpr: 2 }, { height: 128 }],
  ["no side", {}, {}, {}],
  [
    "both sides at a dpr",
    { width: 400, height: 300, dprs: [1, 1.5] },
    { dpr: 1.5 },
    { width: 600, height: 450 },
  ],
  ["a width and proportions", { width: 1000, aspectRatio: "16:9" }, {}, { width: 1000, height: 563 }],
  ["a height and proportions", { height: 90, aspectRatio: "16:9" }, {}, { width: 160, height: 90 }],
  [
    "one of the widths and proportions",
    { widths: [640, 1920], aspectRatio: "16:5" },
    { width: 1920 },
    { width: 1920, height: 600 },
  ],
  ["one of the widths", { widths: [640, 1920] }, { width: 640 }, { width: 640 }],
  [
    "one of the widths in the proportions of a box",
    { widths: [200, 800], width: 400, height: 300 },
    { width: 800 },
    { width: 800, height: 600 },
  ],
  ["never less than a pixel", { width: 10, aspectRatio: "100:1" }, {}, { width: 10, height: 1 }],
])("gives a box of %s", (_, options, selector, box) => {
  expect(targetBox(presetOf(options), selector)).toEqual(box);
});

test("declares a variant for each width or ratio and each format", () => {
  expect(declaredVariants(presetOf({ widths: [20, 10], formats: ["webp", "jpeg"] }))).toEqual([
    { width: 10, format: "webp" },
    { width: 10, format: "jpeg" },
    { width: 20, format: "webp" },
    { width: 20, format: "jpeg" },
  ]);
  expect(declaredVariants(presetOf({ width: 10, dprs: [1, 1.5], formats: ["jpeg"] }))).toEqual([
    { format: "jpeg" },
    { dpr: 1.5, format: "jpeg" },
  ]);
  expect(declaredVariants(presetOf({ formats: ["jpeg"] }))).toEqual([{ format: "jpeg" }]);
});

test("counts as many variants as it declares, all of them different", () => {
  const formats = fc.subarray(["avif", "webp", "jpeg"] as const, { minLength: 1 });
  const numbers = fc.uniqueArray(fc.integer({ min: 2, max: 9 }), { minLength: 1 });
  const selectors = fc.oneof(
    fc.constant({}),
    numbers.map((widths) => ({ widths })),
    numbers.map((dprs) => ({ width: 10, dprs: [1, ...dprs] })),
  );
  fc.assert(
    fc.property(formats, selectors, (offered, selector) => {
      const preset = presetOf({ ...selector, formats: offered });
      const variants = declaredVariants(preset);
      expect(variantsPerSource(preset)).toBe(variants.length);
      expect(new Set(variants.map((variant) => JSON.stringify(variant))).size).toBe(variants.length);
    }),
  );
});

// The edge bundles bake the compiled table: a YAML parser or a schema library in them would cost start-up on every
// cold function, and viewer-request has a megabyte.
test.each(["table", "variant"])("brings nothing of yaml, zod or Node into a bundle with %s", async (name) => {
  const { metafile } = await build({
    entryPoints: [`src/presets/${name}.ts`],
    bundle: true,
    write: false,
    metafile: true,
    format: "esm",
    platform: "neutral",
  });
  const allowed = ["src/errors.ts", "src/presets/table.ts", "src/presets/variant.ts"];
  expect(Object.keys(metafile.inputs).filter((input) => !allowed.includes(input))).toEqual([]);
});

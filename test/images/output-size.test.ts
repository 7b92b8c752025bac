import fc from "fast-check";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { outputSize, type Size } from "../../src/images/output-size.ts";
import { render } from "../../src/images/render.ts";
import type { Preset } from "../../src/presets/table.ts";
import { limits, preset } from "./presets.ts";

const smaller = { width: 100, height: 100 };
const larger = { width: 1000, height: 800 };
const portrait = { width: 300, height: 900 };
const landscape = { width: 900, height: 100 };

type Row = readonly [fit: Preset["fit"], withoutEnlargement: boolean, source: Size, output: string];

/** Into a box of 200x150. */
const rows: readonly Row[] = [
  ["cover", true, larger, "200x150"],
  ["cover", true, smaller, "100x75"],
  ["cover", true, portrait, "200x150"],
  ["cover", true, landscape, "133x100"],
  ["cover", false, smaller, "200x150"],
  ["cover", false, landscape, "200x150"],
  ["fill", true, larger, "200x150"],
  ["fill", true, smaller, "100x75"],
  ["fill", true, portrait, "200x150"],
  ["fill", true, landscape, "133x100"],
  ["fill", false, smaller, "200x150"],
  ["contain", true, larger, "200x150"],
  ["contain", true, smaller, "200x150"],
  ["contain", true, portrait, "200x150"],
  ["contain", true, landscape, "200x150"],
  ["contain", false, smaller, "200x150"],
  ["inside", true, larger, "188x150"],
  ["inside", true, smaller, "100x100"],
  ["inside", true, portrait, "50x150"],
  ["inside", true, landscape, "200x22"],
  ["inside", false, smaller, "150x150"],
  ["outside", true, larger, "200x160"],
  ["outside", true, smaller, "100x100"],
  ["outside", true, portrait, "200x600"],
  ["outside", true, landscape, "900x100"],
  ["outside", false, smaller, "200x200"],
  ["outside", false, landscape, "1350x150"],
];

function blank({ width, height }: Size): Promise<Buffer> {
  return sharp({ create: { width, height, channels: 3, background: "#468" } })
    .png({ compressionLevel: 1 })
    .toBuffer();
}

async function renderedSize(
  tried: Preset,
  variant: { width?: number; dpr?: number },
  source: Size,
): Promise<Size> {
  const { body } = await render(await blank(source), tried, { ...variant, format: "png" }, limits);
  const { width, height } = await sharp(body).metadata();
  return { width, height };
}

const spell = ({ width, height }: Size) => `${width}x${height}`;

describe("the size of a rendition", () => {
  it.each(rows)(
    "of %s, withoutEnlargement %s, from %o is %s",
    async (fit, withoutEnlargement, source, output) => {
      const tried = preset({ width: 200, height: 150, fit, withoutEnlargement });
      expect(spell(outputSize(tried, {}, source))).toBe(output);
      expect(spell(await renderedSize(tried, {}, source))).toBe(output);
    },
  );

  it.each(["cover", "contain", "fill", "inside", "outside"] as const)(
    "with one side follows the source's proportions (%s)",
    async (fit) => {
      for (const [box, source, output] of [
        [{ width: 200 }, larger, "200x160"],
        [{ height: 100 }, larger, "125x100"],
        [{ width: 200 }, smaller, "100x100"],
        [{ width: 200, withoutEnlargement: false }, smaller, "200x200"],
      ] as const) {
        const tried = preset({ ...box, fit });
        expect(spell(outputSize(tried, {}, source))).toBe(output);
        expect(spell(await renderedSize(tried, {}, source))).toBe(output);
      }
    },
  );

  it("without a box is the source's own", async () => {
    expect(spell(outputSize(preset(), {}, portrait))).toBe("300x900");
    expect(spell(await renderedSize(preset(), {}, portrait))).toBe("300x900");
  });

  it.each([
    [{ width: 1, height: 1 }, "1x1"],
    [{ width: 1, height: 5_000 }, "1x1"],
    [{ width: 5_000, height: 1 }, "1x1"],
    [{ width: 16_383, height: 10 }, "13x10"],
    [{ width: 2, height: 16_383 }, "2x2"],
  ] as const)("of thumb from a sliver of %o is at least a pixel: %s", async (source, output) => {
    const thumb = preset({ width: 200, height: 150, fit: "cover" });
    expect(spell(outputSize(thumb, {}, source))).toBe(output);
    expect(spell(await renderedSize(thumb, {}, source))).toBe(output);
  });

  it("is foretold exactly, whatever the preset, the variant and the source", async () => {
    const side = fc.integer({ min: 1, max: 260 });
    const any = fc.record({
      fit: fc.constantFrom("cover", "contain", "fill", "inside", "outside"),
      width: fc.option(side, { nil: undefined }),
      height: fc.option(side, { nil: undefined }),
      aspectRatio: fc.option(fc.constantFrom(16 / 9, 4 / 3, 2 / 3), { nil: undefined }),
      withoutEnlargement: fc.boolean(),
      dpr: fc.constantFrom(1, 1.5, 2),
      source: fc.record({ width: side, height: side }),
    });
    await fc.assert(
      fc.asyncProperty(any, async ({ width, height, aspectRatio, fit, withoutEnlargement, dpr, source }) => {
        const tried = preset({
          fit,
          withoutEnlargement,
          ...(width !== undefined && { width }),
          ...(height !== undefined && { height }),
          ...(aspectRatio !== undefined && { aspectRatio }),
        });
        const foretold = outputSize(tried, { dpr }, source);
        // Beyond, it is refused: tested with the limits.
        fc.pre(foretold.width * foretold.height < 4_000_000);
        expect(await renderedSize(tried, { dpr }, source)).toEqual(foretold);
      }),
      { numRuns: 300, seed: 200_150 },
    );
  });

  it("never exceeds the source where it must not, and keeps the declared ratio", () => {
    const side = fc.integer({ min: 1, max: 20_000 });
    const size = fc.record({ width: side, height: side });
    fc.assert(
      fc.property(fc.constantFrom("cover", "fill"), size, size, (fit, box, source) => {
        const output = outputSize(preset({ ...box, fit }), {}, source);
        expect(output.width).toBeLessThanOrEqual(Math.min(source.width, box.width));
        expect(output.height).toBeLessThanOrEqual(Math.min(source.height, box.height));
        // As near to the ratio as whole pixels allow.
        const exactWidth = (output.height * box.width) / box.height;
        const exactHeight = (output.width * box.height) / box.width;
        const off = Math.min(Math.abs(exactWidth - output.width), Math.abs(exactHeight - output.height));
        expect(off).toBeLessThanOrEqual(1);
      }),
    );
  });

  it("is taken from a JPEG that is shrunk while it is loaded, too", async () => {
    const source = await sharp({ create: { width: 2_725, height: 2_225, channels: 3, background: "#468" } })
      .jpeg()
      .toBuffer();
    for (const width of [1, 17, 170, 340, 341, 680, 681, 682, 1_362, 1_363]) {
      const tried = preset({ width });
      const foretold = outputSize(tried, {}, { width: 2_725, height: 2_225 });
      const { body } = await render(source, tried, { format: "jpeg" }, limits);
      expect(await sharp(body).metadata()).toMatchObject(foretold);
    }
  });
});

import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { sniff } from "../../src/images/picture-type.ts";
import { render } from "../../src/images/render.ts";
import type { ImageFormat } from "../../src/presets/table.ts";
import { perceptualDistance } from "../fixtures/perceptual-distance.ts";
import {
  animated,
  cmyk,
  deepPng,
  displayP3,
  greyscale,
  noise,
  orientations,
  oriented,
  plain,
  scene,
  sceneColour,
  transparent,
} from "../fixtures/pictures.ts";
import { limits, preset } from "./presets.ts";

const formats: readonly ImageFormat[] = ["avif", "webp", "jpeg", "png", "gif"];

/** The colour of one pixel, as a viewer that knows only sRGB sees it. */
async function colourAt(body: Buffer, x: number, y: number): Promise<number[]> {
  const { data, info } = await sharp(body).raw().toBuffer({ resolveWithObject: true });
  const at = (y * info.width + x) * info.channels;
  return [...data.subarray(at, at + info.channels)];
}

function expectColour(received: readonly number[], expected: readonly number[], tolerance: number): void {
  const off = Math.max(...expected.map((value, index) => Math.abs(value - (received[index] ?? Number.NaN))));
  expect(off, `expected about ${expected}, received ${received}`).toBeLessThanOrEqual(tolerance);
}

describe("a rendition", () => {
  it.each(formats)("is %s of the declared size, and looks like its source", async (format) => {
    const source = await scene().png().toBuffer();
    const rendition = await render(source, preset({ width: 80 }), { format }, limits);
    expect(rendition).toMatchObject({ format, contentType: `image/${format}`, width: 80, height: 60 });
    expect(rendition).toMatchObject({ encodes: 1, fits: true });
    expect(sniff(rendition.body)).toBe(format);
    expect(await sharp(rendition.body).metadata()).toMatchObject({ width: 80, height: 60, space: "srgb" });
    expect(await perceptualDistance(rendition.body, source)).toBeLessThan(10);
  });

  it("names the quality that it was encoded with, and none where there is none", async () => {
    const source = await scene().png().toBuffer();
    const qualityOf = async (format: ImageFormat, lossless: boolean) =>
      (await render(source, preset({ lossless }), { format }, limits)).quality;
    expect(await Promise.all(formats.map((format) => qualityOf(format, false)))).toEqual([
      50,
      80,
      80,
      undefined,
      undefined,
    ]);
    expect(await Promise.all(formats.map((format) => qualityOf(format, true)))).toEqual([
      undefined,
      undefined,
      80,
      undefined,
      undefined,
    ]);
  });

  it.each(["avif", "webp", "png"] as const)("is exact as lossless %s", async (format) => {
    const source = await noise(40, 30).png().toBuffer();
    const { body } = await render(source, preset({ lossless: true }), { format }, limits);
    expect((await sharp(body).raw().toBuffer()).equals(await sharp(source).raw().toBuffer())).toBe(true);
  });

  it.each(formats)("has the same bytes each time as %s", async (format) => {
    const source = await scene(320, 240).jpeg().toBuffer();
    const once = () => render(source, preset({ width: 200 }), { format }, limits);
    const [one, other] = await Promise.all([once(), once()]);
    expect(one.body.equals(other.body)).toBe(true);
  });

  it("takes width and dpr from the variant", async () => {
    const source = await scene(400, 300).png().toBuffer();
    const wide = await render(source, preset({ widths: [100, 200] }), { format: "webp", width: 200 }, limits);
    expect(wide).toMatchObject({ width: 200, height: 150 });
    const dense = await render(
      source,
      preset({ width: 50, height: 30, fit: "cover" }),
      { format: "webp", dpr: 3 },
      limits,
    );
    expect(dense).toMatchObject({ width: 150, height: 90 });
  });

  it("is progressive where the preset asks for it", async () => {
    const source = await scene(400, 300).png().toBuffer();
    for (const format of ["jpeg", "png"] as const) {
      for (const progressive of [true, false]) {
        const { body } = await render(source, preset({ progressive }), { format }, limits);
        expect((await sharp(body).metadata()).isProgressive, `${format} ${progressive}`).toBe(progressive);
      }
    }
  });

  it("of more than 8 megapixels is a JPEG without Huffman tables of its own, which take memory", async () => {
    // ITU-T T.81 table K.3: how many luminance DC codes there are of each length, as every encoder has it built in.
    const builtIn = Buffer.from("00010501010101010100000000000000", "hex");
    const source = await plain([200, 120, 40], 4000, 2001).jpeg().toBuffer();
    for (const [width, isBuiltIn] of [
      [3900, false],
      [4000, true],
    ] as const) {
      const { body } = await render(source, preset({ width }), { format: "jpeg" }, limits);
      expect(body.includes(builtIn)).toBe(isBuiltIn);
    }
  });

  it("keeps true colour in a PNG, whatever its effort", async () => {
    const source = await noise(64, 64).png().toBuffer();
    for (const png of [0, 9]) {
      const { body } = await render(source, preset({ effort: { png } }), { format: "png" }, limits);
      expect((await sharp(body).metadata()).isPalette).toBe(false);
    }
  });

  it("is smaller with more effort", async () => {
    const source = await scene(300, 200).png().toBuffer();
    const bytesAt = async (png: number) =>
      (await render(source, preset({ effort: { png } }), { format: "png" }, limits)).body.length;
    expect(await bytesAt(9)).toBeLessThan((await bytesAt(0)) * 0.8);
  });

  it("crops to what the position names", async () => {
    const source = await scene(200, 200).png().toBuffer();
    const top = (position: string) =>
      render(source, preset({ width: 200, height: 50, fit: "cover", position }), { format: "png" }, limits);
    expectColour(await colourAt((await top("north")).body, 150, 0), sceneColour(0.75, 0), 3);
    expectColour(await colourAt((await top("south")).body, 150, 49), sceneColour(0.75, 1), 3);
  });

  it.each(["attention", "entropy"])("crops by %s", async (position) => {
    // Three quarters plain, and something to look at on the right.
    const source = await plain([90, 90, 90], 400, 100)
      .composite([{ input: await noise(80, 80).png().toBuffer(), left: 310, top: 10 }])
      .png()
      .toBuffer();
    const { body } = await render(
      source,
      preset({ width: 100, height: 100, fit: "cover", position }),
      { format: "png" },
      limits,
    );
    const { channels } = await sharp(body).stats();
    expect(channels[0]?.stdev).toBeGreaterThan(30);
  });

  it("does not answer for facts about a source", async () => {
    await expect(
      render(await scene().png().toBuffer(), preset(), { format: "json" }, limits),
    ).rejects.toMatchObject({ code: "RENDER_FAILED", message: "expected an image format, received json" });
  });
});

describe("orientation", () => {
  it.each(orientations)("%i comes out upright", async (orientation) => {
    const upright = await scene().png().toBuffer();
    for (const changes of [{}, { width: 80 }, { width: 80, height: 80, fit: "contain" as const }]) {
      const tried = preset({ ...changes, background: "#808080ff" });
      const { body, width, height } = await render(
        await oriented(orientation),
        tried,
        { format: "jpeg" },
        limits,
      );
      const reference = await render(upright, tried, { format: "png" }, limits);
      expect({ width, height }).toEqual({ width: reference.width, height: reference.height });
      expect((await sharp(body).metadata()).orientation).toBeUndefined();
      expect(await perceptualDistance(body, reference.body)).toBeLessThan(4);
    }
  });

  it.each(orientations)("%i is cropped in the upright picture", async (orientation) => {
    const tried = preset({ width: 40, height: 40, fit: "cover", position: "northwest" });
    const { body } = await render(await oriented(orientation), tried, { format: "png" }, limits);
    expectColour(await colourAt(body, 1, 1), sceneColour(0.03, 0.04), 16);
  });
});

describe("colour", () => {
  const orange = [200, 80, 40] as const;
  const sources: Readonly<Record<string, () => Promise<Buffer>>> = {
    "a Display P3 PNG": () => displayP3(plain(orange), "png"),
    "a Display P3 JPEG": () => displayP3(plain(orange), "jpeg"),
    "a 16-bit PNG": () => deepPng(plain(orange)),
    "a 16-bit Display P3 PNG": () => deepPng(plain(orange), "p3"),
    "a 16-bit sRGB PNG": () => deepPng(plain(orange), "srgb"),
    "a TIFF": () => plain(orange).tiff().toBuffer(),
    "a 16-bit Display P3 TIFF": async () =>
      sharp(await deepPng(plain(orange), "p3"))
        .keepIccProfile()
        .toColourspace("rgb16")
        .tiff()
        .toBuffer(),
    "an AVIF": () => plain(orange).avif({ lossless: true }).toBuffer(),
  };

  it.each(Object.entries(sources))("of %s comes out right, as sRGB", async (_, source) => {
    const { body } = await render(await source(), preset({ width: 8 }), { format: "png" }, limits);
    expectColour(await colourAt(body, 4, 4), orange, 4);
    expect(await sharp(body).metadata()).toMatchObject({ space: "srgb", depth: "uchar", hasProfile: false });
  });

  it.each([true, false])("of a CMYK JPEG comes out right (with a profile: %s)", async (hasProfile) => {
    // Within the gamut of a press; the way there and back costs up to 8 levels, an inversion would be 45 off.
    const slate = [120, 140, 150] as const;
    const source = await cmyk(plain(slate), hasProfile);
    expect(await sharp(source).metadata()).toMatchObject({ space: "cmyk", hasProfile });
    const { body } = await render(source, preset(), { format: "png" }, limits);
    expectColour(await colourAt(body, 4, 4), slate, 8);
    expect(await sharp(body).metadata()).toMatchObject({ space: "srgb", hasProfile: false });
  });

  it.each([8, 16] as const)("of a greyscale source of %i bits stays what it was", async (depth) => {
    const source = await greyscale(plain([150, 150, 150]), depth);
    const { body } = await render(source, preset(), { format: "png" }, limits);
    expectColour(await colourAt(body, 4, 4), [150, 150, 150], 1);
  });
});

describe("transparency", () => {
  it.each(["avif", "webp", "png"] as const)("is kept, with its soft edge, in %s", async (format) => {
    const { body } = await render(await transparent(), preset({ width: 60 }), { format }, limits);
    const alphaAt = async (x: number) => (await colourAt(body, x, 20))[3] ?? Number.NaN;
    expect(await alphaAt(5)).toBeGreaterThan(250);
    expect(await alphaAt(30)).toBeGreaterThan(100);
    expect(await alphaAt(30)).toBeLessThan(160);
    expect(await alphaAt(58)).toBeLessThan(5);
  });

  it.each([
    ["#ffffffff", [255, 255, 255]],
    ["#0000ffff", [0, 0, 255]],
    // Half transparent blue, and nothing at all, as they look on white.
    ["#0000ff80", [127, 127, 255]],
    ["#00000000", [255, 255, 255]],
  ] as const)("has %s behind it in a JPEG", async (background, seen) => {
    const { body } = await render(await transparent(), preset({ background }), { format: "jpeg" }, limits);
    expectColour(await colourAt(body, 112, 45), seen, 6);
  });

  it("pads contain with the background, where the format can hold it", async () => {
    const tried = preset({ width: 80, height: 80, fit: "contain", background: "#0000ff80" });
    const source = await scene().png().toBuffer();
    const png = await render(source, tried, { format: "png" }, limits);
    expectColour(await colourAt(png.body, 40, 2), [0, 0, 255, 128], 1);
    const jpeg = await render(source, tried, { format: "jpeg" }, limits);
    expectColour(await colourAt(jpeg.body, 40, 2), [127, 127, 255], 6);
  });
});

describe("an animated source", () => {
  it.each(["gif", "webp"] as const)("gives its first frame (%s)", async (type) => {
    const source = await animated(type, [
      [250, 20, 20],
      [20, 250, 20],
      [20, 20, 250],
    ]);
    for (const format of ["png", "gif", "webp"] as const) {
      const { body, width, height } = await render(source, preset(), { format }, limits);
      expect({ width, height }).toEqual({ width: 24, height: 24 });
      expect((await sharp(body).metadata()).pages ?? 1).toBe(1);
      expectColour(await colourAt(body, 12, 12), [250, 20, 20], 8);
    }
  });
});

describe("a byte budget", () => {
  it.each(["avif", "webp", "jpeg"] as const)("is met by lowering the quality of %s", async (format) => {
    const source = await noise(200, 150).png().toBuffer();
    const quality = { [format]: 90 };
    const free = await render(source, preset({ quality }), { format }, limits);
    const maxBytes = Math.round(free.body.length * 0.6);
    const tight = await render(source, preset({ quality, minQuality: 10, maxBytes }), { format }, limits);
    expect(tight.fits).toBe(true);
    expect(tight.body.length).toBeLessThanOrEqual(maxBytes);
    expect(tight.quality).toBeLessThan(90);
    expect(tight.encodes).toBeGreaterThan(1);
    expect(tight.encodes).toBeLessThanOrEqual(5);
    // A few steps of quality more would not have fitted: nothing much is given away.
    const better = { [format]: (tight.quality ?? 0) + 6 };
    expect(
      (await render(source, preset({ quality: better }), { format }, limits)).body.length,
    ).toBeGreaterThan(maxBytes);
  });

  it("is met with the same bytes as rendering at that quality at once", async () => {
    const source = await noise(300, 200).png().toBuffer();
    const tight = await render(source, preset({ width: 200, maxBytes: 14_000 }), { format: "jpeg" }, limits);
    expect(tight.encodes).toBeGreaterThan(1);
    const quality = { jpeg: tight.quality ?? 0 };
    const atOnce = await render(source, preset({ width: 200, quality }), { format: "jpeg" }, limits);
    expect(tight.body.equals(atOnce.body)).toBe(true);
  });

  it("is met with the same bytes, too, where a large picture is decoded for every try", async () => {
    const source = await scene().resize(3000, 2700).jpeg({ quality: 90 }).toBuffer();
    const free = await render(source, preset({ quality: { jpeg: 90 } }), { format: "jpeg" }, limits);
    const maxBytes = Math.round(free.body.length * 0.8);
    const tight = await render(
      source,
      preset({ quality: { jpeg: 90 }, maxBytes }),
      { format: "jpeg" },
      limits,
    );
    expect(tight).toMatchObject({ fits: true, width: 3000, height: 2700 });
    expect(tight.encodes).toBeGreaterThan(2);
    const quality = { jpeg: tight.quality ?? 0 };
    const atOnce = await render(source, preset({ quality }), { format: "jpeg" }, limits);
    expect(tight.body.equals(atOnce.body)).toBe(true);
  });

  it("that cannot be met costs no quality: the rendition says that it does not fit", async () => {
    const source = await noise(200, 150).png().toBuffer();
    const rendition = await render(source, preset({ maxBytes: 500 }), { format: "webp" }, limits);
    expect(rendition).toMatchObject({ fits: false, quality: 80, encodes: 2 });
  });

  it.each([
    ["png", {}],
    ["gif", {}],
    ["webp", { lossless: true }],
    ["avif", { lossless: true }],
    ["jpeg", { minQuality: 80 }],
  ] as const)("is tried once with %s and %o, which has nothing to lower", async (format, changes) => {
    const source = await noise(100, 100).png().toBuffer();
    const rendition = await render(source, preset({ maxBytes: 500, ...changes }), { format }, limits);
    expect(rendition).toMatchObject({ fits: false, encodes: 1 });
  });
});

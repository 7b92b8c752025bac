import { gzipSync } from "node:zlib";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { ImgsealError } from "../../src/errors.ts";
import { render } from "../../src/images/render.ts";
import type { Preset, SourceLimits } from "../../src/presets/table.ts";
import { animated, damagedPng, decompressionBomb, noise, scene } from "../fixtures/pictures.ts";
import { limits, preset } from "./presets.ts";

async function refusal(
  source: Uint8Array,
  { changes = {}, tight = {} }: { changes?: Partial<Preset>; tight?: Partial<SourceLimits> } = {},
): Promise<ImgsealError> {
  const error: unknown = await render(
    source,
    preset(changes),
    { format: "jpeg" },
    { ...limits, ...tight },
  ).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof ImgsealError) return error;
  throw new Error(`expected an ImgsealError, received ${error}`);
}

async function expectUnreadable(source: Uint8Array, where: string): Promise<void> {
  for (const changes of [{}, { width: 40 }]) {
    const { code, message, cause } = await refusal(source, { changes });
    expect(code, where).toBe("SOURCE_UNREADABLE");
    expect(message).toMatch(
      /^the header of the source cannot be read$|^the source cannot be decoded to its end$/,
    );
    expect(cause).toBeInstanceOf(Error);
  }
}

describe("the type of a source", () => {
  const svg =
    '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>';
  const others: Readonly<Record<string, Buffer>> = {
    "an SVG": Buffer.from(svg),
    "an SVG with an XML declaration": Buffer.from(`<?xml version="1.0"?>${svg}`),
    "an SVG after a byte order mark": Buffer.from(`\ufeff${svg}`),
    "an SVG after a comment": Buffer.from(`<!-- ${"x".repeat(2_000)} -->${svg}`),
    "an SVG in UTF-16": Buffer.from(svg, "utf16le"),
    "a gzipped SVG": gzipSync(svg),
    "a PDF": Buffer.from("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "latin1"),
    "a text": Buffer.from("There is no picture here."),
    "a web page": Buffer.from("<!doctype html><title>404</title>"),
    "a BMP": Buffer.from("BM\x36\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0", "latin1"),
    "a JPEG XL": Buffer.from("\xff\x0a\0\0\0\0\0\0\0\0\0\0", "latin1"),
    "a RIFF that is no WebP": Buffer.from("RIFF\x24\0\0\0WAVEfmt ", "latin1"),
    "a HEIC": Buffer.from("\0\0\0\x18ftypheic\0\0\0\0mif1heic", "latin1"),
    "an MP4": Buffer.from("\0\0\0\x18ftypisom\0\0\0\0isommp42", "latin1"),
    "three bytes": Buffer.from("GIF"),
  };

  it.each(Object.entries(others))("is refused for %s", async (_, source) => {
    const { code, message } = await refusal(source);
    expect(code).toBe("SOURCE_TYPE_REFUSED");
    const head = source.subarray(0, 12).toString("hex");
    expect(message).toBe(
      `expected a source that begins like jpeg, png, webp, gif, avif, tiff, received ${head}`,
    );
  });

  it("keeps SVG from its renderer even where the magic bytes are not asked", async () => {
    await expect(sharp(Buffer.from(svg)).metadata()).rejects.toThrow("unsupported image format");
  });
});

describe("a broken source", () => {
  it("is unreadable when it is empty", async () => {
    expect(await refusal(Buffer.alloc(0))).toMatchObject({
      code: "SOURCE_UNREADABLE",
      message: "the source is empty",
    });
  });

  it.each(["jpeg", "png", "webp", "gif", "avif", "tiff"] as const)(
    "is unreadable when a %s breaks off, wherever that is",
    async (type) => {
      const whole = await noise(120, 90).toFormat(type).toBuffer();
      for (const share of [0.02, 0.1, 0.3, 0.5, 0.75, 0.9, 0.98]) {
        // Sixteen bytes are needed to know an AVIF at all.
        const cut = Math.max(16, Math.floor(whole.length * share));
        await expectUnreadable(whole.subarray(0, cut), `${type} cut at ${share}`);
      }
    },
  );

  it("is unreadable when a progressive JPEG breaks off", async () => {
    const whole = await noise(120, 90).jpeg({ progressive: true }).toBuffer();
    for (const share of [0.2, 0.6, 0.95]) {
      await expectUnreadable(whole.subarray(0, Math.floor(whole.length * share)), `cut at ${share}`);
    }
  });

  it("is unreadable when its header is damaged", async () => {
    for (const type of ["jpeg", "png", "webp", "avif"] as const) {
      const bytes = await noise(64, 64).toFormat(type).toBuffer();
      bytes.fill(0xa5, 16, 160);
      await expectUnreadable(bytes, type);
    }
  });

  it("is unreadable when its pixel data is damaged and it can be told", async () => {
    await expectUnreadable(await damagedPng(), "png");
    // A marker that belongs nowhere, in the middle of a JPEG's data.
    const jpeg = await noise(120, 90).jpeg().toBuffer();
    const marker = Buffer.concat([
      jpeg.subarray(0, 3_000),
      Buffer.from("ffdaffda", "hex"),
      jpeg.subarray(3_000),
    ]);
    await expectUnreadable(marker, "jpeg");
  });

  it("is unreadable when only its magic bytes are a picture's", async () => {
    for (const head of [
      "\xff\xd8\xff\xe0",
      "\x89PNG\r\n\x1a\n",
      "GIF89a",
      "RIFF\x10\0\0\0WEBPVP8 ",
      "II*\0",
    ]) {
      await expectUnreadable(Buffer.from(`${head}and then only text`, "latin1"), head);
    }
  });

  it("is unreadable when an AVIF holds another codec than its brand says", async () => {
    const avif = (await scene().avif().toBuffer()).toString("latin1");
    await expectUnreadable(Buffer.from(avif.replaceAll("av01", "hvc1"), "latin1"), "hvc1");
  });

  it("is read when what is odd about it does not touch its pixels", async () => {
    const jpeg = await scene().jpeg().toBuffer();
    const trailer = Buffer.concat([jpeg, Buffer.from("a telephone's video".repeat(100))]);
    await expect(render(trailer, preset(), { format: "jpeg" }, limits)).resolves.toMatchObject({
      width: 160,
    });
  });
});

describe("the limits of a source", () => {
  it("hold its bytes", async () => {
    const source = await scene().png().toBuffer();
    expect(await refusal(source, { tight: { sourceBytes: source.length - 1 } })).toMatchObject({
      code: "SOURCE_TOO_LARGE",
      message: `the source has ${source.length} bytes, the limit is ${source.length - 1}`,
    });
    const exact = { ...limits, sourceBytes: source.length };
    await expect(render(source, preset(), { format: "jpeg" }, exact)).resolves.toMatchObject({ width: 160 });
  });

  it("hold its pixels", async () => {
    const source = await scene(160, 120).png().toBuffer();
    expect(await refusal(source, { tight: { sourcePixels: 19_199 } })).toMatchObject({
      code: "SOURCE_TOO_LARGE",
      message: "the source has 160x120 = 19200 pixels, the limit is 19199",
    });
    const exact = { ...limits, sourcePixels: 19_200 };
    await expect(render(source, preset(), { format: "jpeg" }, exact)).resolves.toMatchObject({ width: 160 });
  });

  it("hold what a decompression bomb only claims to have, before anything is decoded", async () => {
    const bomb = decompressionBomb(60_000, 50_000);
    expect(bomb.length).toBeLessThan(100);
    const before = process.memoryUsage().rss;
    expect(await refusal(bomb)).toMatchObject({
      code: "SOURCE_TOO_LARGE",
      message: "the source has 60000x50000 = 3000000000 pixels, the limit is 100000000",
    });
    expect(process.memoryUsage().rss - before).toBeLessThan(100_000_000);
  });

  it("take a bomb that claims little for what it is: too short", async () => {
    await expectUnreadable(decompressionBomb(1_000, 1_000), "bomb");
  });

  it.each(["gif", "webp"] as const)("hold its frames (%s)", async (type) => {
    const source = await animated(type, [
      [250, 20, 20],
      [20, 250, 20],
      [20, 20, 250],
    ]);
    expect(await refusal(source, { tight: { sourceFrames: 2 } })).toMatchObject({
      code: "SOURCE_TOO_LARGE",
      message: "the source has 3 frames, the limit is 2",
    });
    const exact = { ...limits, sourceFrames: 3 };
    await expect(render(source, preset(), { format: "jpeg" }, exact)).resolves.toMatchObject({ width: 24 });
  });

  it("count the pixels of one frame, not of the strip of them", async () => {
    const source = await animated("gif", [
      [250, 20, 20],
      [20, 250, 20],
    ]);
    const exact = { ...limits, sourcePixels: 24 * 24 };
    await expect(render(source, preset(), { format: "jpeg" }, exact)).resolves.toMatchObject({ height: 24 });
  });
});

describe("the limits of a rendition", () => {
  it("hold the longest side of its format", async () => {
    const strip = await sharp({ create: { width: 16_384, height: 2, channels: 3, background: "#888" } })
      .png()
      .toBuffer();
    await expect(render(strip, preset(), { format: "webp" }, limits)).rejects.toMatchObject({
      code: "RENDITION_TOO_LARGE",
      message: "the rendition would be 16384x2, webp holds sides up to 16383",
    });
    for (const format of ["avif", "jpeg", "png", "gif"] as const) {
      await expect(render(strip, preset(), { format }, limits)).resolves.toMatchObject({ width: 16_384 });
    }
  });

  it("are those that the encoders have", async () => {
    const strip = await sharp({ create: { width: 65_536, height: 1, channels: 3, background: "#888" } })
      .png()
      .toBuffer();
    const wide = (width: number) => preset({ width, height: 1, fit: "fill" });
    for (const [format, longest] of [
      ["avif", 16_384],
      ["webp", 16_383],
      ["jpeg", 65_500],
      ["gif", 65_535],
    ] as const) {
      await expect(render(strip, wide(longest), { format }, limits)).resolves.toMatchObject({
        width: longest,
      });
      await expect(render(strip, wide(longest + 1), { format }, limits)).rejects.toMatchObject({
        code: "RENDITION_TOO_LARGE",
      });
    }
  });

  it("hold the pixels that an enlarged sliver would have", async () => {
    const sliver = await sharp({ create: { width: 1, height: 1_000, channels: 3, background: "#888" } })
      .png()
      .toBuffer();
    const enlarged = preset({ width: 500, withoutEnlargement: false });
    await expect(render(sliver, enlarged, { format: "png" }, limits)).rejects.toMatchObject({
      code: "RENDITION_TOO_LARGE",
      message: "the rendition would be 500x500000 = 250000000 pixels, the limit is 100000000",
    });
  });
});

describe("a failure that is not the source's", () => {
  it("of the encoder is RENDER_FAILED", async () => {
    const changes = { effort: { webp: 99 } };
    const failed = render(await scene().png().toBuffer(), preset(changes), { format: "webp" }, limits);
    await expect(failed).rejects.toMatchObject({ code: "RENDER_FAILED", message: "encoding webp failed" });
  });

  it("of the encoder is the source's when the source is broken as well", async () => {
    const whole = await noise(120, 90).jpeg().toBuffer();
    const broken = whole.subarray(0, whole.length / 2);
    const failed = render(broken, preset({ effort: { webp: 99 } }), { format: "webp" }, limits);
    await expect(failed).rejects.toMatchObject({ code: "SOURCE_UNREADABLE" });
  });

  it("of a step is RENDER_FAILED", async () => {
    const changes = { width: 10, height: 10, fit: "cover" as const, position: "nowhere" };
    const failed = render(await scene().png().toBuffer(), preset(changes), { format: "webp" }, limits);
    await expect(failed).rejects.toMatchObject({
      code: "RENDER_FAILED",
      message: 'a step refuses the preset "tried"',
    });
  });

  it("of the clock is RENDER_TIMEOUT, for all encodes together", async () => {
    const source = await noise(1_500, 1_000).png().toBuffer();
    const slow = preset({ effort: { avif: 9 } });
    const started = performance.now();
    await expect(
      render(source, slow, { format: "avif" }, { ...limits, renderSeconds: 0.2 }),
    ).rejects.toMatchObject({
      code: "RENDER_TIMEOUT",
      message: "rendering took longer than 0.2 s",
    });
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});

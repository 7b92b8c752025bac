/** How each format is written. */

import type { AvifOptions, OutputInfo, Sharp } from "sharp";
import { ImgsealError } from "../errors.ts";
import type { ImageFormat, Preset } from "../presets/table.ts";
import type { Size } from "./output-size.ts";
import { sniff } from "./picture-type.ts";

interface Encoder {
  /** The longest side that the format (or its library) can hold, in pixels. */
  readonly maxSide: number;
  readonly hasAlpha: boolean;
  /** Whether a preset's `lossless` turns quality off. */
  readonly canBeLossless: boolean;
  readonly encode: (image: Sharp, preset: Preset, quality: QualityOption, size: Size) => Sharp;
}

type QualityOption = { readonly quality?: number };

function effortOption(preset: Preset, format: ImageFormat): { readonly effort?: number } {
  const effort = preset.effort[format];
  return effort === undefined ? {} : { effort };
}

/** Format to encoder: the one place that knows sharp's encoder options. */
export const encoders: Readonly<Record<ImageFormat, Encoder>> = {
  avif: {
    maxSide: 16384,
    hasAlpha: true,
    canBeLossless: true,
    encode: (image, preset, quality) =>
      image.avif({
        ...quality,
        ...effortOption(preset, "avif"),
        ...(preset.lossless ? losslessAvif : { chromaSubsampling: "4:2:0" }),
      }),
  },
  webp: {
    maxSide: 16383,
    hasAlpha: true,
    canBeLossless: true,
    encode: (image, preset, quality) =>
      image.webp({ ...quality, ...effortOption(preset, "webp"), lossless: preset.lossless }),
  },
  jpeg: {
    // libjpeg's JPEG_MAX_DIMENSION; the format's is 65535.
    maxSide: 65500,
    hasAlpha: false,
    canBeLossless: false,
    // Huffman tables of its own make a JPEG 2 to 25 % smaller, and need the coefficients of the whole picture, twice:
    // 130 MB for 24 megapixels, which otherwise pass through line by line in 25 MB.
    encode: (image, preset, quality, size) =>
      image.jpeg({ ...quality, progressive: preset.progressive, optimizeCoding: !isLarge(size) }),
  },
  png: {
    // libpng's own limit (PNG_USER_WIDTH_MAX); the format's is 2^31 - 1.
    maxSide: 1_000_000,
    hasAlpha: true,
    canBeLossless: false,
    // Not sharp's `effort`, which means a palette of 256 colours: for a true-colour PNG, effort is zlib's level.
    encode: (image, preset) =>
      image.png({
        progressive: preset.progressive,
        ...(preset.effort.png !== undefined && { compressionLevel: preset.effort.png }),
      }),
  },
  gif: {
    maxSide: 65535,
    hasAlpha: true,
    canBeLossless: false,
    encode: (image, preset) => image.gif(effortOption(preset, "gif")),
  },
};

/**
 * Whether a picture has so many pixels that it must not be in memory as a whole where that can be avoided.
 *
 * Below 8 megapixels that costs 60 MB at the most, and is faster, or smaller.
 */
export function isLarge({ width, height }: Size): boolean {
  return width * height > 8_000_000;
}

// Subsampled chroma is a loss like any other.
const losslessAvif: AvifOptions = { lossless: true, chromaSubsampling: "4:4:4" };

/** The quality to begin with, or `undefined` where the format has none and nothing can be stepped down. */
export function startQuality(preset: Preset, format: ImageFormat): number | undefined {
  return preset.lossless && encoders[format].canBeLossless ? undefined : preset.quality[format];
}

/**
 * Checks that what leaves is what was declared: not empty, of the format, of the size.
 *
 * @throws ImgsealError RENDER_FAILED
 */
export function checkEncoded(
  { data, info }: { readonly data: Buffer; readonly info: Pick<OutputInfo, "width" | "height"> },
  format: ImageFormat,
  { width, height }: Size,
): void {
  const type = sniff(data);
  if (type === format && info.width === width && info.height === height) return;
  throw new ImgsealError(
    "RENDER_FAILED",
    `expected ${format} of ${width}x${height}, ` +
      `received ${data.length} bytes of ${type ?? "no known type"}, ${info.width}x${info.height}`,
  );
}

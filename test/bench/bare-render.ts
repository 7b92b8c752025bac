/** What a preset of the benchmarks is in bare sharp: the same pixels, nothing checked. */

import sharp, { type Sharp } from "sharp";
import type { ImageFormat, Preset } from "../../src/presets/table.ts";

/** The pipeline for a file or for bytes. */
export function bareRender(source: string | Uint8Array, preset: Preset): Sharp {
  const { width, height } = preset;
  const resized = sharp(source)
    .autoOrient()
    .resize({ ...(width !== undefined && { width }), ...(height !== undefined && { height }) });
  return encode[preset.formats[0]](resized, preset);
}

const encode: Readonly<Record<ImageFormat, (image: Sharp, preset: Preset) => Sharp>> = {
  jpeg: (image, { quality }) => image.jpeg(optional({ quality: quality.jpeg })),
  webp: (image, { quality, effort }) => image.webp(optional({ quality: quality.webp, effort: effort.webp })),
  avif: (image, { quality, effort }) =>
    image.avif({
      ...optional({ quality: quality.avif, effort: effort.avif }),
      chromaSubsampling: "4:2:0",
    }),
  png: (image) => image.png(),
  gif: (image) => image.gif(),
};

function optional(options: Readonly<Record<string, number | undefined>>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(options).filter((entry): entry is [string, number] => entry[1] !== undefined),
  );
}

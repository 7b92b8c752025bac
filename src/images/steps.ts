/** What happens to a picture between its decoder and its encoder, in order. */

import sharp, { type ResizeOptions, type Sharp } from "sharp";
import type { ImageFormat, Preset } from "../presets/table.ts";
import type { Variant } from "../presets/variant.ts";
import { encoders } from "./encode.ts";
import { readCopyright } from "./exif.ts";
import type { SourceFacts } from "./limits.ts";
import { boxFit, outputSize } from "./output-size.ts";

/** All that a step may look at. */
export interface Job {
  readonly preset: Preset;
  readonly variant: Pick<Variant, "width" | "dpr">;
  readonly format: ImageFormat;
  readonly source: SourceFacts;
}

type Step = (image: Sharp, job: Job) => Sharp;

/**
 * The steps in the order in which libvips runs them.
 *
 * sharp keeps an order of its own whatever order it is told in, and this list follows it: upright first, so that
 * every later side is that of the picture as it is seen; sRGB before the profile is dropped; the background behind
 * transparent pixels before the resize mixes neighbours.
 */
export const steps: readonly Step[] = [autoOrient, toSrgb, flatten, resize, keepMetadata];

function autoOrient(image: Sharp): Sharp {
  return image.autoOrient();
}

/**
 * sharp turns 8-bit pictures, CMYK and greyscale into sRGB unasked. Pictures of 16 bits with a profile it turns into
 * Display P3 and, unless sRGB is asked for, leaves them there without a profile: dull colours. Asking for it where
 * there is no profile does the opposite harm, the pixels are taken for P3.
 */
function toSrgb(image: Sharp, { source }: Job): Sharp {
  return source.isDeepColour ? image.withIccProfile("srgb", { attach: false }) : image;
}

function flatten(image: Sharp, { preset, format }: Job): Sharp {
  return encoders[format].hasAlpha ? image : image.flatten({ background: overWhite(preset.background) });
}

function resize(image: Sharp, job: Job): Sharp {
  const { preset, variant, format, source } = job;
  const size = outputSize(preset, variant, source);
  if (size.width === source.width && size.height === source.height) return image;
  const background = encoders[format].hasAlpha ? preset.background : overWhite(preset.background);
  return image.resize({ ...size, ...resizeOptions[boxFit(preset, variant)](preset, background) });
}

// outputSize has settled the size, so all that is left to sharp is what happens inside it.
const resizeOptions: Readonly<
  Record<Preset["fit"], (preset: Preset, background: string) => Omit<ResizeOptions, "width" | "height">>
> = {
  cover: ({ position }) => ({ fit: "cover", position }),
  contain: ({ position, withoutEnlargement }, background) => ({
    fit: "contain",
    position,
    background,
    withoutEnlargement,
  }),
  fill: () => ({ fit: "fill" }),
  inside: () => ({ fit: "fill" }),
  outside: () => ({ fit: "fill" }),
};

/**
 * `strip` is what sharp does unasked: no EXIF, no XMP, no profile (the pixels are sRGB, which is what a browser takes
 * a picture without one for). Wherever EXIF is kept, libvips writes Orientation as 1, upright.
 */
function keepMetadata(image: Sharp, { preset, source }: Job): Sharp {
  return metadataKeepers[preset.metadata](image, source);
}

const metadataKeepers: Readonly<Record<Preset["metadata"], (image: Sharp, source: SourceFacts) => Sharp>> = {
  strip: (image) => image,
  copyright: (image, { exif }) => {
    const tags = copyrightTags(exif);
    return Object.keys(tags).length === 0 ? image : image.withExif({ IFD0: tags });
  },
  keep: (image, { exif, xmp }) => {
    // ColorSpace 1 is sRGB: the source may have said Adobe RGB, and its pixels were converted.
    const tags = { IFD0: copyrightTags(exif), IFD2: { ColorSpace: "1" } };
    const kept = exif === undefined ? image : image.withExifMerge(tags);
    return xmp === undefined ? kept : kept.withXmp(upright(xmp));
  },
};

function copyrightTags(exif: Uint8Array | undefined): Record<string, string> {
  const tags = exif === undefined ? [] : Object.entries(readCopyright(exif));
  // libvips takes a last parenthesis for its own note on the type and drops it: it gets one to drop.
  return Object.fromEntries(tags.map(([tag, text]) => [tag, `${text} (ASCII)`]));
}

/** XMP repeats the orientation (XMP specification part 2, 3.3), and some viewers believe it. */
function upright(xmp: string): string {
  return xmp.replace(/(<tiff:Orientation>|tiff:Orientation=["'])[2-8]/g, "$11");
}

/** #rrggbbaa as it looks on white paper, #rrggbb. */
export function overWhite(background: string): string {
  const [red = 0, green = 0, blue = 0, alpha = 255] = Buffer.from(background.slice(1), "hex");
  const blend = (channel: number) => Math.round((channel * alpha + 255 * (255 - alpha)) / 255);
  return `#${Buffer.from([red, green, blue].map(blend)).toString("hex")}`;
}

/**
 * Holds the result of the steps for encoding it again: a PNG without compression is the bare pixels, and the one such
 * format that also carries the metadata that was kept.
 */
export function hold(image: Sharp): Sharp {
  return image.png({ compressionLevel: 0 });
}

/** Opens what `hold` has written; there is nothing left to do to it but to encode. */
export function reopen(held: Buffer, preset: Preset): Sharp {
  // Our own pixels: what a source was allowed to have has been asked before.
  const image = sharp(held, { limitInputPixels: false });
  return preset.metadata === "strip" ? image : image.keepExif().keepXmp();
}

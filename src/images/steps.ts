/** What happens to a picture between its decoder and its encoder, in order. */

import type { ResizeOptions, Sharp } from "sharp";
import type { ImageFormat, Preset } from "../presets/table.ts";
import type { Variant } from "../presets/variant.ts";
import { encoders } from "./encode.ts";
import type { SourceFacts } from "./limits.ts";
import { keepAll } from "./metadata.ts";
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
 * Without a word sharp drops all metadata, the profile too: the pixels are sRGB, which is what a picture without one is
 * taken for.
 */
function keepMetadata(image: Sharp, { preset, source }: Job): Sharp {
  return preset.metadata === "keep" ? keepAll(image, source) : image;
}

/** #rrggbbaa as it looks on white paper, #rrggbb. */
export function overWhite(background: string): string {
  const [red = 0, green = 0, blue = 0, alpha = 255] = Buffer.from(background.slice(1), "hex");
  const blend = (channel: number) => Math.round((channel * alpha + 255 * (255 - alpha)) / 255);
  return `#${Buffer.from([red, green, blue].map(blend)).toString("hex")}`;
}

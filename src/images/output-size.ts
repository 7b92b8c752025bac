/** How large a rendition becomes: pure arithmetic, so that contracts and pages can foretell it. */

import { type Preset, targetBox, wholePixels } from "../presets/table.ts";
import type { Variant } from "../presets/variant.ts";

/** Pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** What decides the size. */
export type SizedPreset = Pick<Preset, "width" | "height" | "aspectRatio" | "fit" | "withoutEnlargement">;

/**
 * The exact sides of a rendition, in pixels.
 *
 * Without a box it is the source's own size. With one side, the other follows from the source's proportions. With
 * two, and withoutEnlargement where the source is smaller than the box:
 *
 * - cover, fill: the box shrinks with its proportions kept, until the source covers it. (sharp would cut or squeeze
 *   each side by itself, and the declared ratio would be lost.)
 * - contain: the box stays; the source lies in it unenlarged, on the background.
 * - inside, outside: the source's own size.
 *
 * @param source upright
 */
export function outputSize(preset: SizedPreset, variant: Pick<Variant, "width" | "dpr">, source: Size): Size {
  const { width, height } = targetBox(preset, variant);
  const most = preset.withoutEnlargement ? 1 : Infinity;
  if (width && height) return boxSizes[preset.fit]({ width, height }, source, most);
  const ratio = width ? width / source.width : (height ?? source.height) / source.height;
  return scale(source, Math.min(most, ratio));
}

const ratios = (a: Size, b: Size) => [a.width / b.width, a.height / b.height];

type BoxSize = (box: Size, source: Size, maxScale: number) => Size;

const shrinkBox: BoxSize = (box, source, maxScale) =>
  scale(box, maxScale > 1 ? 1 : Math.min(1, ...ratios(source, box)));

const boxSizes: Readonly<Record<Preset["fit"], BoxSize>> = {
  cover: shrinkBox,
  fill: shrinkBox,
  contain: (box) => box,
  inside: (box, source, maxScale) => scale(source, Math.min(maxScale, ...ratios(box, source))),
  outside: (box, source, maxScale) => scale(source, Math.min(maxScale, Math.max(...ratios(box, source)))),
};

function scale(size: Size, by: number): Size {
  return { width: wholePixels(size.width * by), height: wholePixels(size.height * by) };
}

/** The fit that applies: with one side there is no box to crop to or to fill, and every fit is `inside`. */
export function boxFit(preset: Preset, variant: Pick<Variant, "width" | "dpr">): Preset["fit"] {
  const { width, height } = targetBox(preset, variant);
  return width === undefined || height === undefined ? "inside" : preset.fit;
}

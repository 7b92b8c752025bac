/** The attributes of an `<img>` by preset, with the defaults that keep a page from jumping and from loading too much. */

import { outputSize, type Size } from "../src/images/output-size.ts";
import { targetBox } from "../src/presets/table.ts";
import { defaultWidth } from "../src/urls/select.ts";
import { isPositiveInteger, misuse } from "./misuse.ts";
import type { SignerPreset } from "./presets.ts";

export interface ImgOptions {
  /** What the picture shows, for those who do not see it; `""` when it is decoration. */
  readonly alt: string;
  /** How wide the picture is shown, as in HTML (`(min-width: 60em) 50vw, 100vw`); with a preset that declares widths. */
  readonly sizes?: string;
  /** For the picture that a page opens with: loaded at once and before others. */
  readonly priority?: boolean;
  /** Pixels of the upright source; needed where the preset leaves a side to the source's own proportions. */
  readonly sourceSize?: Size;
  readonly crossorigin?: "anonymous" | "use-credentials";
}

/**
 * Attributes under their names in HTML, in the order in which to set them: an element that gets `src` before `loading`,
 * `sizes` and `srcset` begins to load the wrong candidate.
 */
export interface ImgAttributes {
  readonly alt: string;
  /** Pixels of the default candidate; with `height`, the page keeps the picture's place free. */
  readonly width: number;
  readonly height: number;
  readonly loading: "lazy" | "eager";
  readonly decoding: "async";
  readonly fetchpriority?: "high";
  readonly crossorigin?: "anonymous" | "use-credentials";
  readonly sizes?: string;
  readonly srcset?: string;
  readonly src: string;
}

/** What one signed URL can be asked for without another signature. */
export interface Selectors {
  /** Pixels. */
  readonly w?: number;
  readonly dpr?: number;
}

/** The URL of one candidate. */
export type UrlFor = (selectors: Selectors) => string;

type ImgPreset = Omit<SignerPreset, "revision" | "sources" | "formats">;

/**
 * The attributes of an `<img>`.
 *
 * @throws TypeError when `alt`, a needed `sizes` or a needed `sourceSize` is missing
 */
export function imgAttributes(
  name: string,
  preset: ImgPreset,
  urlFor: UrlFor,
  options: ImgOptions,
): ImgAttributes {
  const { alt, sizes, priority = false, sourceSize, crossorigin } = options;
  requireAlt(alt);
  requireSizes(sizes, preset, name);
  const { width, height } = sizeOf(preset, sourceSize, name);
  return {
    alt,
    width,
    height,
    loading: priority ? "eager" : "lazy",
    decoding: "async",
    ...(priority && { fetchpriority: "high" }),
    ...(crossorigin !== undefined && { crossorigin }),
    ...(sizes !== undefined && { sizes }),
    ...((preset.widths ?? preset.dprs) !== undefined && { srcset: formatSrcset(preset, urlFor) }),
    src: urlFor({}),
  };
}

/** Every declared candidate of a preset, as the value of `srcset`; a preset without any has one. */
export function formatSrcset({ widths, dprs }: Pick<ImgPreset, "widths" | "dprs">, urlFor: UrlFor): string {
  const candidates =
    widths?.map((w) => `${urlFor({ w })} ${w}w`) ??
    // As in the canonical path, 1 is not written: `src` and the 1x candidate are one URL, loaded once.
    dprs?.map((dpr) => (dpr === 1 ? `${urlFor({})} 1x` : `${urlFor({ dpr })} ${dpr}x`));
  return candidates?.join(", ") ?? urlFor({});
}

function requireAlt(alt: unknown): void {
  if (typeof alt !== "string") misuse("alt", 'a text, or "" for a picture that is decoration', alt);
}

function requireSizes(sizes: unknown, { widths }: ImgPreset, name: string): void {
  if (widths === undefined) {
    if (sizes === undefined) return;
    misuse("sizes", `none, because the preset "${name}" declares no widths`, sizes);
  }
  if (typeof sizes !== "string" || sizes.trim() === "") {
    const why = `because the preset "${name}" declares widths and browsers would take 100vw`;
    misuse("sizes", `how wide the picture is shown, such as "(min-width: 60em) 50vw, 100vw", ${why}`, sizes);
  }
}

const isKeepingProportions: Readonly<Record<ImgPreset["fit"], boolean>> = {
  cover: false,
  contain: false,
  fill: false,
  inside: true,
  outside: true,
};

function sizeOf(preset: ImgPreset, sourceSize: unknown, name: string): Size {
  const width = defaultWidth(preset);
  const variant = width === undefined ? {} : { width };
  const expected = "{ width, height } of the upright source in pixels";
  if (sourceSize !== undefined) {
    if (isSize(sourceSize)) return outputSize(preset, variant, sourceSize);
    return misuse("sourceSize", `${expected}, whole numbers above 0`, sourceSize);
  }
  const box = targetBox(preset, variant);
  if (isSize(box) && !isKeepingProportions[preset.fit]) return box;
  return misuse("sourceSize", `${expected}, because the preset "${name}" keeps its proportions`, sourceSize);
}

function isSize(value: unknown): value is Size {
  if (typeof value !== "object" || value === null) return false;
  const { width, height }: { width?: unknown; height?: unknown } = value;
  return isPositiveInteger(width) && isPositiveInteger(height);
}

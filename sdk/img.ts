/** The attributes of an `<img>` by preset, with the defaults that keep a page from jumping and from loading too much. */

import { outputSize, type Size } from "../src/images/output-size.ts";
import { isPositiveInteger } from "../src/urls/json.ts";
import { defaultWidth } from "../src/urls/select.ts";
import { misuse, noneOf } from "./misuse.ts";
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
  /** As in HTML, where the attribute alone means `anonymous`. */
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
  readonly dpr?: number | undefined;
}

/** The URL of one candidate. */
export type UrlFor = (selectors: Selectors) => string;

export type ImgPreset = Omit<SignerPreset, "revision" | "sources" | "formats">;

/** From JavaScript, and from HTML. */
export type UncheckedOptions = { readonly [Name in keyof ImgOptions]?: ImgOptions[Name] | undefined };

/**
 * The attributes of an `<img>`.
 *
 * @throws TypeError when `alt`, a needed `sizes` or a needed `sourceSize` is missing
 */
export function imgAttributes(
  name: string,
  preset: ImgPreset,
  urlFor: UrlFor,
  { alt, sizes, priority, sourceSize, crossorigin }: UncheckedOptions,
): ImgAttributes {
  if (typeof alt !== "string") misuse("alt", 'a text, or "" for decoration', alt);
  requireSizes(sizes, preset, name);
  return {
    alt,
    ...sizeOf(preset, sourceSize, name),
    loading: priority ? "eager" : "lazy",
    decoding: "async",
    ...(priority && { fetchpriority: "high" }),
    ...(crossorigin && { crossorigin }),
    ...(sizes && { sizes }),
    ...((preset.widths ?? preset.dprs) && { srcset: formatSrcset(preset, urlFor) }),
    src: urlFor({}),
  };
}

/** Every declared candidate of a preset, as the value of `srcset`; a preset without any has one. */
export function formatSrcset({ widths, dprs }: Pick<ImgPreset, "widths" | "dprs">, urlFor: UrlFor): string {
  const candidates =
    widths?.map((w) => `${urlFor({ w })} ${w}w`) ??
    dprs?.map((dpr) => `${urlFor({ dpr: writtenRatio(dpr) })} ${dpr}x`);
  return candidates?.join(", ") ?? urlFor({});
}

/** As in the canonical path, 1 is not written: `src` and the 1x candidate are one URL, loaded once. */
export function writtenRatio(dpr: number | undefined): number | undefined {
  return dpr === 1 ? undefined : dpr;
}

function requireSizes(sizes: unknown, { widths }: ImgPreset, name: string): void {
  if (!widths) {
    if (sizes !== undefined) misuse("sizes", noneOf(name, "widths"), sizes);
  } else if (typeof sizes !== "string" || !sizes.trim()) {
    // Without it browsers take 100vw, and load the largest candidates for the smallest pictures.
    misuse("sizes", 'how wide the picture is shown, such as "50vw"', sizes);
  }
}

/** Of a source that is not known it is what the preset decides alone: everything else is infinite, or not a number. */
function sizeOf(preset: ImgPreset, sourceSize: Size | undefined, name: string): Size {
  const width = defaultWidth(preset);
  const size = outputSize(preset, width ? { width } : {}, sourceSize ?? unknownSize);
  if (isSize(sourceSize ?? size) && isSize(size)) return size;
  return misuse(
    "sourceSize",
    `{ width, height } in pixels of the upright source, by which "${name}" is sized`,
    sourceSize,
  );
}

const unknownSize: Size = { width: Infinity, height: Infinity };

function isSize(value: Size): boolean {
  return isPositiveInteger(value.width) && isPositiveInteger(value.height);
}

/** The compiled presets as every other room sees them: plain frozen data that survives JSON. */

import { ImgsealError } from "../errors.ts";
import type { OutputFormat, Variant } from "./variant.ts";

/** The formats that a preset can offer today; `json` is kept for facts about a source. */
export type ImageFormat = Exclude<OutputFormat, "json">;

export interface Preset {
  readonly name: string;
  /** First 12 hex digits of the content hash of everything that may change the bytes. */
  readonly revision: string;
  readonly description?: string;
  readonly access: "signed" | "public";
  /** Key prefixes (or whole keys) that the preset serves; empty: every source. */
  readonly sources: readonly string[];
  readonly width?: number;
  readonly height?: number;
  /** width / height, given when one side has to be computed from the other. */
  readonly aspectRatio?: number;
  /** Ascending, for `srcset`; never together with `dprs`. */
  readonly widths?: readonly number[];
  /** Ascending, always with 1. */
  readonly dprs?: readonly number[];
  readonly fit: "cover" | "contain" | "fill" | "inside" | "outside";
  /** sharp's position, gravity or strategy. */
  readonly position: string;
  /** #rrggbbaa */
  readonly background: string;
  readonly withoutEnlargement: boolean;
  /** In order of preference; the last is the fallback. */
  readonly formats: readonly [ImageFormat, ...ImageFormat[]];
  /** One entry for every format in `formats` that has a quality. */
  readonly quality: Readonly<Partial<Record<ImageFormat, number>>>;
  /** How far a rendition over `maxBytes` may be stepped down. */
  readonly minQuality: number;
  readonly effort: Readonly<Partial<Record<ImageFormat, number>>>;
  readonly lossless: boolean;
  readonly progressive: boolean;
  readonly maxBytes: number;
  readonly overflow: "redirect" | "refuse";
  readonly metadata: "strip" | "copyright" | "keep";
  readonly cache: {
    readonly maxAgeSeconds: number;
    readonly edgeMaxAgeSeconds?: number;
    readonly staleWhileRevalidateSeconds?: number;
  };
  readonly download: boolean;
}

export interface SourceLimits {
  readonly sourceBytes: number;
  /** Width times height of one frame. */
  readonly sourcePixels: number;
  readonly sourceFrames: number;
  readonly renderSeconds: number;
}

export interface PresetTable {
  readonly signing: {
    readonly requireExpiry: boolean;
    /** How far ahead an expiry may lie. */
    readonly maxLifetimeSeconds?: number;
  };
  readonly limits: SourceLimits;
  /** `*`, or the exact origins that may read pixels; empty: no CORS headers. */
  readonly cors: { readonly origins: "*" | readonly string[] };
  readonly presets: Readonly<Record<string, Preset>>;
}

/**
 * The preset of that name.
 *
 * @throws ImgsealError PRESET_UNKNOWN
 */
export function lookup(table: PresetTable, name: string): Preset {
  // Object.hasOwn: `constructor` is a well-formed preset name, and a prototype's member is not a preset.
  const preset = Object.hasOwn(table.presets, name) ? table.presets[name] : undefined;
  if (preset === undefined) throw new ImgsealError("PRESET_UNKNOWN", `no preset is named "${name}"`);
  return preset;
}

type Selector = Pick<Variant, "width" | "dpr">;

/** What a URL can select beside the format: each of `widths` or of `dprs`, else the preset as it is. */
export function declaredSelectors({ widths, dprs }: Pick<Preset, "widths" | "dprs">): readonly Selector[] {
  return widths?.map((width) => ({ width })) ?? dprs?.map((dpr) => (dpr === 1 ? {} : { dpr })) ?? [{}];
}

/** Every variant that a source can have in this preset. */
export function declaredVariants(
  preset: Pick<Preset, "widths" | "dprs" | "formats">,
): readonly (Selector & Pick<Variant, "format">)[] {
  return declaredSelectors(preset).flatMap((selector) =>
    preset.formats.map((format) => ({ ...selector, format })),
  );
}

/** How many variants a source can have in this preset: the most that one source can cost. */
export function variantsPerSource(preset: Pick<Preset, "widths" | "dprs" | "formats">): number {
  return declaredSelectors(preset).length * preset.formats.length;
}

/** The box in pixels that a variant is resized into; a missing side follows from the source's own proportions. */
export function targetBox(
  preset: Pick<Preset, "width" | "height" | "aspectRatio">,
  variant: Pick<Variant, "width" | "dpr">,
): { readonly width: number | undefined; readonly height: number | undefined } {
  const { aspectRatio } = preset;
  const dpr = variant.dpr ?? 1;
  let width = variant.width ?? preset.width;
  let height = variant.width ? undefined : preset.height;
  if (aspectRatio) {
    height ??= width && width / aspectRatio;
    width ??= height && height * aspectRatio;
  }
  return { width: width && wholePixels(width * dpr), height: height && wholePixels(height * dpr) };
}

/** A side as pictures have it: whole, and never gone. */
export function wholePixels(side: number): number {
  return Math.max(1, Math.round(side));
}

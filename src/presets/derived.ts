/** What a preset's options amount to: sides from proportions, one quality and one effort for each format. */

import { neutralOptions, type ResolvedOptions } from "./schema.ts";
import type { ImageFormat, Preset } from "./table.ts";
import { type effortRanges, lossyFormats } from "./values.ts";

type Geometry = Pick<Preset, "width" | "height" | "aspectRatio" | "widths" | "dprs">;

/** Sides, proportions and selectors. With `widths`, the two sides of a box only say its proportions. */
export function geometryOf({ width, height, aspectRatio, widths, dprs }: ResolvedOptions): Geometry {
  const hasBox = widths !== undefined && width !== undefined && height !== undefined;
  const ratio = aspectRatio ?? (hasBox ? width / height : undefined);
  return {
    ...(width !== undefined && { width }),
    ...(height !== undefined && { height }),
    ...(ratio !== undefined && { aspectRatio: ratio }),
    ...(widths !== undefined && { widths: ascending(widths) }),
    ...(dprs !== undefined && { dprs: ascending(dprs) }),
  };
}

/** One quality for each format on offer that has one. */
export function qualityOf({ quality, formats }: Pick<ResolvedOptions, "quality" | "formats">) {
  return perFormat(lossyFormats, formats, quality, neutralOptions.quality);
}

/** One effort for each format on offer that has one. */
export function effortOf({ effort, formats }: Pick<ResolvedOptions, "effort" | "formats">) {
  return perFormat(
    ["avif", "webp", "png", "gif"] satisfies (keyof typeof effortRanges)[],
    formats,
    effort,
    neutralOptions.effort,
  );
}

type PerFormat<F extends ImageFormat> = number | { readonly [format in F]?: number };

function perFormat<F extends ImageFormat>(
  capable: readonly F[],
  offered: readonly ImageFormat[],
  stated: PerFormat<F>,
  neutral: PerFormat<F>,
): Readonly<Partial<Record<ImageFormat, number>>> {
  const of = (value: PerFormat<F>, format: F) => (typeof value === "number" ? value : value[format]);
  const entries = capable
    .filter((format) => offered.includes(format))
    .map((format) => [format, of(stated, format) ?? of(neutral, format)] as const);
  return Object.fromEntries(entries);
}

function ascending(values: readonly number[]): number[] {
  return values.toSorted((a, b) => a - b);
}

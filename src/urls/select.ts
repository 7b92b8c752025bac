/** Query, Accept header and preset become one Variant. */

import { ImgsealError } from "../errors.ts";
import type { Preset } from "../presets/table.ts";
import { contentTypes, type OutputFormat, type Variant } from "../presets/variant.ts";
import { acceptsByName } from "./accept.ts";
import type { SignedUrl } from "./signed-url.ts";

/** What selection needs to know of a preset. */
export interface SelectablePreset
  extends Pick<Preset, "name" | "revision" | "sources" | "width" | "widths" | "dprs"> {
  readonly formats: readonly [OutputFormat, ...OutputFormat[]];
}

// A client that takes a wildcard may still not know these: only their own name counts.
const negotiable: ReadonlySet<OutputFormat> = new Set(["avif", "webp"]);

/**
 * The one variant that a URL means to a client with this Accept header.
 *
 * @throws ImgsealError SOURCE_NOT_FOUND, VARIANT_UNDECLARED
 */
export function select(preset: SelectablePreset, url: SignedUrl, accept: string | undefined): Variant {
  requireServed(preset, url.source);
  const width = selectWidth(preset, url.w);
  const dpr = selectDpr(preset, url.dpr);
  return {
    source: url.source,
    ...(url.ver !== undefined && { version: url.ver }),
    preset: preset.name,
    revision: preset.revision,
    ...(width !== undefined && { width }),
    ...(dpr !== undefined && { dpr }),
    format: selectFormat(preset, url.fm, accept),
  };
}

/** Whether answers depend on Accept, and so have to say `Vary: Accept`. */
export function isNegotiated(preset: Pick<SelectablePreset, "formats">): boolean {
  return preset.formats.length > 1;
}

/**
 * A preset with `sources` serves the keys that begin with one of them, letter by letter: `a` opens `a.jpg`,
 * `a/b` and `ab/c`.
 */
export function isServed({ sources }: Pick<SelectablePreset, "sources">, source: string): boolean {
  return sources.length === 0 || sources.some((prefix) => source.startsWith(prefix));
}

function requireServed(preset: SelectablePreset, source: string): void {
  if (isServed(preset, source)) return;
  throw new ImgsealError("SOURCE_NOT_FOUND", `the preset "${preset.name}" does not serve this source`);
}

/** The width that is meant without `w`: only with a preset that declares `widths`. */
export function defaultWidth({
  widths,
  width,
}: Pick<SelectablePreset, "widths" | "width">): number | undefined {
  return width !== undefined && widths?.includes(width) ? width : widths?.at(-1);
}

function selectWidth(preset: SelectablePreset, wanted: number | undefined): number | undefined {
  const { widths } = preset;
  return widths === undefined || wanted === undefined ? defaultWidth(preset) : snapUp(widths, wanted);
}

function selectDpr({ dprs }: SelectablePreset, wanted: number | undefined): number | undefined {
  if (dprs === undefined || wanted === undefined) return undefined;
  const dpr = snapUp(dprs, wanted);
  return dpr === 1 ? undefined : dpr;
}

/** The first of the ascending values that is large enough, else the largest. */
function snapUp(values: readonly number[], wanted: number): number | undefined {
  return values.find((value) => value >= wanted) ?? values.at(-1);
}

function selectFormat(
  { name, formats }: SelectablePreset,
  fm: string | undefined,
  accept = "",
): OutputFormat {
  if (fm !== undefined) {
    const named = formats.find((format) => format === fm);
    if (named !== undefined) return named;
    throw new ImgsealError(
      "VARIANT_UNDECLARED",
      `expected "fm" to be a format of "${name}": ${formats.join(", ")}`,
    );
  }
  let format: OutputFormat = formats[0];
  for (format of formats) {
    if (!negotiable.has(format) || acceptsByName(accept, contentTypes[format])) break;
  }
  return format;
}

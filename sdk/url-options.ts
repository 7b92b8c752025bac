/** What a URL can be asked for, and the refusal of what the edge would not serve. */

import { isObject } from "../src/urls/json.ts";
import { isServed } from "../src/urls/select.ts";
import { type SignedClaims, type SignedUrl, versionGrammar } from "../src/urls/signed-url.ts";
import { brokenRule } from "../src/urls/source-key.ts";
import type { ExpiryOptions } from "./expiry.ts";
import { writtenRatio } from "./img.ts";
import { misuse, noneOf, oneOf } from "./misuse.ts";
import type { Declared, SignerPreset } from "./presets.ts";

/** What the signature covers, beside preset and source. */
export interface ClaimOptions extends ExpiryOptions {
  /** Version of the source: another one is another URL and another cache entry. */
  readonly version?: string;
}

/** Everything, whatever the preset. */
export interface AnyUrlOptions extends ClaimOptions, AnySelectors {}

interface AnySelectors {
  readonly width?: number;
  readonly dpr?: number;
  readonly format?: string;
}

export type AnySrcsetOptions = Omit<AnyUrlOptions, "width" | "dpr">;

/** Options of `srcset`, `img` and `html`, which name every width and ratio themselves. */
export type SrcsetOptions<P = SignerPreset> = Omit<UrlOptions<P>, "width" | "dpr">;

/** Options of `url`; of a const table, each selector is the union of what the preset declares. */
export interface UrlOptions<P = SignerPreset> extends ClaimOptions, SelectorOptions<P> {}

/** Which candidate a URL is. */
export interface SelectorOptions<P = SignerPreset> extends AnySelectors {
  /** Pixels; one of the preset's `widths`. */
  readonly width?: Declared<P, "widths">;
  /** Device pixel ratio; one of the preset's `dprs`. */
  readonly dpr?: Declared<P, "dprs">;
  /** One of the preset's `formats`; without it the browser's Accept header decides. */
  readonly format?: Declared<P, "formats">;
}

/**
 * The parts of a URL that options decide, its expiry aside.
 *
 * @throws TypeError that names the option, what was expected and what came
 */
export function parseUrlOptions(
  name: string,
  preset: SignerPreset,
  source: string,
  { version, ...selectors }: AnyUrlOptions,
): { readonly claims: SignedClaims; readonly selectors: Pick<SignedUrl, "w" | "dpr" | "fm"> } {
  const rule = typeof source === "string" ? brokenRule(source) : "a text";
  if (rule !== undefined) return misuse("source", rule, source);
  if (!isServed(preset, source)) {
    misuse(
      "source",
      `a key that the preset "${name}" serves, beginning with ${preset.sources.join(" or ")}`,
      source,
    );
  }
  const { pattern, expected } = versionGrammar;
  if (version !== undefined && !(typeof version === "string" && pattern.test(version))) {
    misuse("version", expected, version);
  }
  return {
    claims: { preset: name, source, ver: version },
    selectors: parseSelectors(name, preset, selectors),
  };
}

/**
 * Width, ratio and format under their names in the URL.
 *
 * @throws TypeError for one that the preset does not declare
 */
export function parseSelectors(
  name: string,
  preset: SignerPreset,
  { width, dpr, format }: AnySelectors,
): Pick<SignedUrl, "w" | "dpr" | "fm"> {
  return {
    w: declared("width", width, preset.widths, name),
    dpr: writtenRatio(declared("dpr", dpr, preset.dprs, name)),
    fm: declared("format", format, preset.formats, name),
  };
}

/** A misspelt `expiresIn`, or a misspelt `lifetime`, would sign a URL that never expires. */
export function refuseStrangers(options: unknown, known: readonly string[]): void {
  if (!isObject(options)) misuse("options", "an object", options);
  for (const name of Object.keys(options)) {
    if (!known.includes(name)) misuse("options", oneOf(known, name), name);
  }
}

function declared<Value extends string | number>(
  option: string,
  value: Value | undefined,
  values: readonly Value[] | undefined,
  preset: string,
): Value | undefined {
  if (value === undefined || values?.includes(value)) return value;
  return misuse(option, values ? oneOf(values, value) : noneOf(preset, `${option}s`), value);
}

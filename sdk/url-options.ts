/** What a URL can be asked for, and the refusal of what the edge would not serve. */

import { isServed } from "../src/urls/select.ts";
import type { SignedClaims, SignedUrl } from "../src/urls/signed-url.ts";
import { assertSourceKey } from "../src/urls/source-key.ts";
import type { ExpiryOptions } from "./expiry.ts";
import { isObject, misuse, noneOf, oneOf } from "./misuse.ts";
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
  source: unknown,
  { version, ...selectors }: AnyUrlOptions,
): { readonly claims: SignedClaims; readonly selectors: Pick<SignedUrl, "w" | "dpr" | "fm"> } {
  assertSourceKey(source);
  if (!isServed(preset, source)) {
    misuse(
      "source",
      `a key that the preset "${name}" serves, beginning with ${preset.sources.join(" or ")}`,
      source,
    );
  }
  if (version !== undefined && !(typeof version === "string" && /^[\w-]{1,64}$/.test(version))) {
    misuse("version", "1 to 64 characters of A-Z a-z 0-9 _ -", version);
  }
  return {
    claims: { preset: name, source, ...(version !== undefined && { ver: version }) },
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
  requireDeclared("width", width, preset.widths, name);
  requireDeclared("dpr", dpr, preset.dprs, name);
  requireDeclared("format", format, preset.formats, name);
  return {
    ...(width !== undefined && { w: width }),
    ...(dpr !== undefined && { dpr }),
    ...(format !== undefined && { fm: format }),
  };
}

/** A misspelt `expiresIn` would sign a URL that never expires. */
export function refuseStrangers(options: unknown, known: readonly string[]): void {
  if (!isObject(options)) misuse("options", "an object", options);
  for (const name of Object.keys(options)) {
    if (!known.includes(name)) misuse("options", oneOf(known, name), name);
  }
}

function requireDeclared(
  option: string,
  value: string | number | undefined,
  declared: readonly (string | number)[] | undefined,
  preset: string,
): void {
  if (value === undefined || declared?.includes(value)) return;
  misuse(option, declared ? oneOf(declared, value) : noneOf(preset, `${option}s`), value);
}

/** createSigner: preset name and source key in, signed URL out. Runs wherever WebCrypto does. */

import type { Preset, PresetTable } from "../src/presets/table.ts";
import { parseKeySet } from "../src/urls/key-set.ts";
import { sign } from "../src/urls/signature.ts";
import { formatSignedUrl } from "../src/urls/signed-url.ts";
import { assertSourceKey } from "../src/urls/source-key.ts";
import { exactExpiry, parseLifetime, roundedExpiry } from "./expiry.ts";
import { misuse, oneOf } from "./misuse.ts";

/** What signing needs to know of a preset. */
export interface SignerPreset extends Pick<Preset, "revision" | "widths" | "dprs"> {
  readonly formats: readonly string[];
}

/** A compiled preset table, or the part of it that signing needs. */
export interface SignerPresets {
  readonly signing: PresetTable["signing"];
  readonly presets: Readonly<Record<string, SignerPreset>>;
}

export interface SignerOptions {
  /** Origin of the distribution, such as `https://img.example.com`. */
  readonly baseUrl: string;
  /** A JWK Set (RFC 7517); its first key signs. */
  readonly keys: unknown;
  readonly presets: SignerPresets;
  /** Milliseconds, as `Date.now`. */
  readonly now?: () => number;
}

export interface UrlOptions {
  /** Seconds, or a text such as `1h`; rounded to a window. Without it the URL does not expire. */
  readonly expiresIn?: number | string;
  /** The exact moment of expiry, for a single link; for pages `expiresIn` is better. Never both. */
  readonly expiresAt?: Date;
  /** Version of the source: another one is another URL and another cache entry. */
  readonly version?: string;
  /** Pixels; one of the preset's `widths`. */
  readonly width?: number;
  /** Device pixel ratio; one of the preset's `dprs`. */
  readonly dpr?: number;
  /** One of the preset's `formats`; without it the browser's Accept header decides. */
  readonly format?: string;
}

export interface Signer {
  /**
   * The signed URL of a source in a preset.
   *
   * @throws TypeError (the promise rejects) for whatever the edge would refuse
   */
  url(preset: string, source: string, options?: UrlOptions): Promise<string>;
}

const urlOptionNames = ["expiresIn", "expiresAt", "version", "width", "dpr", "format"];

/**
 * A signer for one distribution.
 *
 *     const signer = createSigner({ baseUrl: "https://img.example.com", keys, presets });
 *     await signer.url("thumb", "photos/cat.jpg", { expiresIn: "1h" });
 *
 * @throws TypeError
 */
export function createSigner({ baseUrl, keys, presets: table, now = Date.now }: SignerOptions): Signer {
  const origin = parseOrigin(baseUrl);
  const key = parseKeySet(keys).signingKey;
  const { signing, presets } = parsePresets(table);

  return {
    async url(name, source, options = {}) {
      const preset = findPreset(presets, name);
      assertSourceKey(source);
      refuseStrangers(options);
      const { version, width, dpr, format } = options;
      const exp = resolveExpiry(options, signing, Math.floor(now() / 1000));
      requireVersion(version);
      requireDeclared("width", width, preset.widths, name);
      requireDeclared("dpr", dpr, preset.dprs, name);
      requireDeclared("format", format, preset.formats, name);
      const signed = await sign(
        {
          preset: name,
          source,
          ...(exp !== undefined && { exp }),
          ...(version !== undefined && { ver: version }),
          ...(width !== undefined && { w: width }),
          ...(dpr !== undefined && { dpr }),
          ...(format !== undefined && { fm: format }),
        },
        key,
      );
      return origin + formatSignedUrl(signed, preset.revision.slice(0, 6));
    },
  };
}

function parseOrigin(baseUrl: unknown): string {
  const url = typeof baseUrl === "string" && URL.canParse(baseUrl) ? new URL(baseUrl) : undefined;
  // Credentials, a path, a query or a fragment would all show up here.
  if (url && /^https?:$/.test(url.protocol) && url.href === `${url.origin}/`) return url.origin;
  return misuse(
    "baseUrl",
    'an http or https origin without a path, such as "https://img.example.com"',
    // Credentials stay out of the message.
    typeof baseUrl === "string" ? baseUrl.replace(/\/\/[^/]*@/, "//***@") : baseUrl,
  );
}

function parsePresets(table: unknown): SignerPresets {
  if (isPresetTable(table)) return table;
  return misuse("presets", "a compiled preset table (each preset with its revision and formats)", table);
}

/**
 * Someone who passes presets.yaml as it was read finds out here, and not through `rev=undefined` in a page.
 */
function isPresetTable(table: unknown): table is SignerPresets {
  if (!hasObject(table, "signing") || !hasObject(table, "presets")) return false;
  return Object.values(table.presets).every(
    (preset: Partial<SignerPreset> | null) =>
      typeof preset?.revision === "string" && Array.isArray(preset.formats),
  );
}

function hasObject<Name extends string>(value: unknown, name: Name): value is Record<Name, object> {
  if (typeof value !== "object" || value === null || !(name in value)) return false;
  const member: unknown = Reflect.get(value, name);
  return typeof member === "object" && member !== null;
}

function findPreset(presets: SignerPresets["presets"], name: unknown): SignerPreset {
  const preset = typeof name === "string" && Object.hasOwn(presets, name) ? presets[name] : undefined;
  return preset ?? misuse("preset", oneOf(Object.keys(presets), name), name);
}

/** A misspelt `expiresIn` would sign a URL that never expires. */
function refuseStrangers(options: object): void {
  for (const name of Object.keys(options)) {
    if (!urlOptionNames.includes(name)) misuse("options", oneOf(urlOptionNames, name), name);
  }
}

function resolveExpiry(
  { expiresIn, expiresAt }: UrlOptions,
  { requireExpiry, maxLifetimeSeconds }: SignerPresets["signing"],
  nowSeconds: number,
): number | undefined {
  if (expiresAt !== undefined) {
    if (expiresIn !== undefined) misuse("expiresAt", "none beside expiresIn", expiresAt);
    return exactExpiry(expiresAt, nowSeconds, maxLifetimeSeconds);
  }
  if (expiresIn === undefined) {
    return requireExpiry
      ? misuse("expiresIn", "a lifetime, because an expiry is required", expiresIn)
      : undefined;
  }
  const lifetime = parseLifetime(expiresIn);
  if (maxLifetimeSeconds !== undefined && lifetime > maxLifetimeSeconds) {
    return misuse("expiresIn", `at most ${maxLifetimeSeconds} seconds`, expiresIn);
  }
  return roundedExpiry(nowSeconds, lifetime, maxLifetimeSeconds);
}

function requireVersion(version: unknown): void {
  if (version === undefined) return;
  if (typeof version !== "string" || !/^[A-Za-z0-9_-]{1,64}$/.test(version)) {
    misuse("version", "1 to 64 characters of A-Z a-z 0-9 _ -", version);
  }
}

function requireDeclared(
  option: string,
  value: string | number | undefined,
  declared: readonly (string | number)[] | undefined,
  preset: string,
): void {
  if (value === undefined || declared?.includes(value)) return;
  misuse(
    option,
    declared ? oneOf(declared, value) : `none, because the preset "${preset}" declares no ${option}s`,
    value,
  );
}

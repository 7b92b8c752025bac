/** What else a person should know about a refusal, or about what was selected. */

import { type ErrorCode, ImgsealError } from "../errors.ts";
import type { Preset } from "../presets/table.ts";
import type { Variant } from "../presets/variant.ts";
import { didYouMean } from "../presets/words.ts";
import { parseCanonicalPath } from "../urls/canonical-path.ts";
import type { GrantClaims } from "../urls/grant.ts";
import { isNegotiated } from "../urls/select.ts";
import { parseSignedUrl, type SignedUrl } from "../urls/signed-url.ts";
import type { ExplanationParts } from "./explanation.ts";
import { formatSpan, formatUnixSeconds } from "./moment.ts";
import { findCause } from "./signature-causes.ts";
import { type ExplainedParameter, ourNames } from "./url-parameters.ts";

interface Request {
  readonly path: string;
  readonly parameters: readonly ExplainedParameter[];
  /** Absent when it could not be parsed. */
  readonly url?: SignedUrl;
  /** Absent when there is none, or its signature is wrong. */
  readonly grant?: GrantClaims;
}

type Hint = (request: Request, parts: ExplanationParts) => string | undefined;

/** In the order in which they are told. */
const hintTable: Partial<Record<ErrorCode, readonly Hint[]>> = {
  URL_MALFORMED: [canonicalPath, servicePath, unencoded, collision, fromHtml],
  SIGNATURE_MISSING: [canonicalPath, unknownPreset, fromHtml, claimsOfPublic, howToSign],
  KEY_UNKNOWN: [knownKeys],
  SIGNATURE_INVALID: [likelyCause],
  URL_EXPIRED: [expiredSince],
  GRANT_INVALID: [howToGrant],
  GRANT_SCOPE: [slashless, howToGrant],
  PRESET_UNKNOWN: [unknownPreset],
  SOURCE_NOT_FOUND: [servedPrefixes],
};

/** What may have led to a refusal, and what to do. */
export function hintsOnRefusal(code: ErrorCode, request: Request, parts: ExplanationParts): string[] {
  return (hintTable[code] ?? []).flatMap((hint) => hint(request, parts) ?? []);
}

/** How what was asked for became what is served. */
export function hintsOnSelection(
  preset: Preset,
  { w, dpr, fm }: SignedUrl,
  variant: Variant,
  accept: string | undefined,
): string[] {
  const { widths, dprs, formats } = preset;
  const hints: (string | undefined)[] = [
    w !== undefined && widths === undefined ? `w=${w} is dropped: the preset declares no widths` : undefined,
    w !== undefined && variant.width !== undefined && w !== variant.width
      ? `w=${w} became ${variant.width}, the next declared width`
      : undefined,
    dpr !== undefined && dprs === undefined
      ? `dpr=${dpr} is dropped: the preset declares no dprs`
      : undefined,
    dpr !== undefined && dprs !== undefined && dpr !== (variant.dpr ?? 1)
      ? `dpr=${dpr} became ${variant.dpr ?? 1}, the next declared ratio`
      : undefined,
    isNegotiated(preset) && fm === undefined && accept === undefined
      ? `the format depends on the Accept header (${formats.join(", ")}); this is for a client without one, see --accept`
      : undefined,
  ];
  return hints.filter((hint) => hint !== undefined);
}

function canonicalPath({ path }: Request): string | undefined {
  try {
    const { preset, source, version } = parseCanonicalPath(path);
    return (
      "this is a canonical path, the internal name of a result, and never a URL; " +
      `the URL is made with: ${signCommand(preset, source, version)}`
    );
  } catch (error) {
    if (error instanceof ImgsealError) return undefined;
    throw error;
  }
}

function servicePath({ path }: Request): string | undefined {
  const isServices =
    path === "/" || path.startsWith("/_") || path === "/robots.txt" || path === "/favicon.ico";
  return isServices ? `${path} belongs to the service itself and is no picture` : undefined;
}

function unencoded({ path }: Request): string | undefined {
  if (!/[^!-~]/.test(path)) return undefined;
  return "browsers percent-encode spaces and other letters before they send them, other clients do not; see imgseal sign";
}

/** With a sound path, it is a parameter of ours that is against its grammar. */
function collision({ path, parameters }: Request): string | undefined {
  try {
    parseSignedUrl(path, "");
  } catch (error) {
    if (error instanceof ImgsealError) return undefined;
    throw error;
  }
  const ours = parameters.filter(({ isOurs }) => isOurs).map(({ name }) => name);
  return ours.length === 0
    ? undefined
    : `the names ${ourNames()} are ours: a cache-buster, or a parameter of somebody else's, needs another one`;
}

function fromHtml({ parameters }: Request): string | undefined {
  const isEscaped = parameters.some(({ name }) => name.startsWith("amp;"));
  return isEscaped ? "the URL was copied from HTML source: every &amp; stands for &" : undefined;
}

function unknownPreset({ url }: Request, { table }: ExplanationParts): string | undefined {
  if (url === undefined || Object.hasOwn(table.presets, url.preset)) return undefined;
  const names = Object.keys(table.presets);
  return `no preset is named "${url.preset}"${didYouMean(url.preset, names)}; there are ${names.join(", ")}`;
}

function claimsOfPublic({ url }: Request, { table }: ExplanationParts): string | undefined {
  if (url === undefined || !Object.hasOwn(table.presets, url.preset)) return undefined;
  if (table.presets[url.preset]?.access !== "public") return undefined;
  return `"${url.preset}" is public: without exp, ver and kid it needs no signature`;
}

function howToSign({ url }: Request, { table }: ExplanationParts): string | undefined {
  if (url === undefined || !Object.hasOwn(table.presets, url.preset)) return undefined;
  return `to sign it: ${signCommand(url.preset, url.source, url.ver)}`;
}

function knownKeys({ url }: Request, { keys }: ExplanationParts): string | undefined {
  // The key is there, and its time is not.
  if (url?.kid !== undefined && keys.find(url.kid) !== undefined) return undefined;
  const kids = keys.keys.map(({ kid }) => kid).join(", ");
  return `the key file holds ${kids}; the URL was signed with another one, or its key has been removed`;
}

function likelyCause({ url }: Request, { keys, table }: ExplanationParts): string | undefined {
  if (url === undefined) return undefined;
  return (
    findCause(url, keys, Object.keys(table.presets)) ??
    "likely causes: another key under the same kid; preset, source, exp or ver changed after signing; a signer that signs another text than the one above"
  );
}

function expiredSince({ url, grant }: Request, { nowSeconds }: ExplanationParts): string | undefined {
  const exp = grant?.exp ?? url?.exp;
  if (exp === undefined || exp > nowSeconds) return undefined;
  return `expired ${formatSpan(nowSeconds - exp)} ago, at ${formatUnixSeconds(exp)}`;
}

function slashless({ url, grant }: Request): string | undefined {
  const scope = grant?.sources.find((key) => !key.endsWith("/") && url?.source.startsWith(`${key}/`));
  return scope === undefined
    ? undefined
    : `"${scope}" opens the one source of that key; a prefix ends in a slash: "${scope}/"`;
}

function howToGrant({ url }: Request, { table }: ExplanationParts): string | undefined {
  if (url === undefined || !Object.hasOwn(table.presets, url.preset)) return undefined;
  return `a grant for it is made with: imgseal grant ${url.preset} ${quote(url.source)}`;
}

function servedPrefixes({ url }: Request, { table }: ExplanationParts): string | undefined {
  const prefixes = url && table.presets[url.preset]?.sources;
  return prefixes && `its sources begin with ${prefixes.map((prefix) => `"${prefix}"`).join(" or ")}`;
}

function signCommand(preset: string, source: string, version: string | undefined): string {
  return `imgseal sign ${preset} ${quote(source)}${version === undefined ? "" : ` --version ${version}`}`;
}

/** For a POSIX shell. */
function quote(text: string): string {
  return /^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

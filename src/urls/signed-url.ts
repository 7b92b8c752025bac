/** The public URL: parse and format, side by side. Text only; nothing is looked up or verified here. */

import { ImgsealError } from "../errors.ts";
import { decodeSourceKey, encodeSourceKey } from "./source-key.ts";

export interface SignedUrl {
  readonly preset: string;
  /** The source key, decoded. */
  readonly source: string;
  /** Expiry, unix seconds. */
  readonly exp?: number | undefined;
  /** Version of the source. */
  readonly ver?: string | undefined;
  readonly kid?: string;
  readonly sig?: string;
  readonly grant?: string;
  /** Width in pixels. */
  readonly w?: number | undefined;
  /** Device pixel ratio. */
  readonly dpr?: number | undefined;
  /** Format, as the URL names it; whether the preset offers it is for `select` to say. */
  readonly fm?: string | undefined;
}

/** What a signature covers. */
export type SignedClaims = Pick<SignedUrl, "preset" | "source" | "exp" | "ver">;

interface Grammar {
  readonly pattern: RegExp;
  readonly expected: string;
}

/** Of `ver`, for those too who write it. */
export const versionGrammar: Grammar = {
  pattern: /^[A-Za-z0-9_-]{1,64}$/,
  expected: "1 to 64 characters of A-Z a-z 0-9 _ -",
};

const text = /^[^\ud800-\udfff]*$/u;

/** The parameters that are ours. `rev` is only for caches downstream: ignored like a stranger's. */
const grammars = {
  exp: {
    pattern: /^[1-9][0-9]{0,11}$/,
    expected: "unix seconds in 1 to 12 digits without a leading zero",
  },
  ver: versionGrammar,
  // Given but empty is missing: a template whose variable was empty.
  kid: { pattern: /^[A-Za-z0-9_-]{0,32}$/, expected: "1 to 32 characters of A-Z a-z 0-9 _ -" },
  // Its length and spelling depend on the key's algorithm and are judged with it: SIGNATURE_INVALID.
  sig: { pattern: text, expected: "text" },
  grant: { pattern: /^[^\ud800-\udfff]{0,4096}$/u, expected: "a token of at most 4096 characters" },
  w: { pattern: /^[1-9][0-9]{0,4}$/, expected: "pixels in 1 to 5 digits without a leading zero" },
  dpr: {
    pattern: /^[1-9](?:\.[0-9]{1,2})?$/,
    expected: "a ratio from 1 to 9.99 with at most two decimals",
  },
  fm: { pattern: text, expected: "text" },
} as const satisfies Record<string, Grammar>;

type ParameterName = keyof typeof grammars;
type Parameters = { [name in ParameterName]?: string };

const presetName = /^[a-z][a-z0-9-]{0,31}$/;

/**
 * Splits a public URL into its parts; `path` and `queryString` as they came over the wire, the query
 * without `?`.
 *
 * Says nothing about whether the URL is signed, valid or known.
 *
 * @throws ImgsealError URL_MALFORMED
 */
export function parseSignedUrl(path: string, queryString: string): SignedUrl {
  const slash = path.indexOf("/", 1);
  if (!path.startsWith("/") || slash === -1)
    throw malformed("expected a path of the form /{preset}/{source}");
  const preset = decodeText(path.slice(1, slash));
  if (preset === undefined || !presetName.test(preset)) {
    throw malformed("expected the path to begin with a preset: a-z, then up to 31 characters of a-z 0-9 -");
  }
  const source = decodeSourceKey(path.slice(slash + 1));
  const { exp, ver, kid, sig, grant, w, dpr, fm } = parseParameters(queryString);
  if (grant !== undefined && (exp ?? ver ?? kid ?? sig) !== undefined) {
    throw malformed('"grant" stands instead of "exp", "ver", "kid" and "sig", not beside them');
  }
  return {
    preset,
    source,
    ...(exp !== undefined && { exp: Number(exp) }),
    ...(ver !== undefined && { ver }),
    ...(kid && { kid }),
    ...(sig && { sig }),
    ...(grant !== undefined && { grant }),
    ...(w !== undefined && { w: Number(w) }),
    ...(dpr !== undefined && { dpr: Number(dpr) }),
    ...(fm !== undefined && { fm }),
  };
}

/**
 * The URL's path and query in the one order that the SDK writes: claims and signature first, so that a
 * framework's image loader can append `&w=` to the rest.
 *
 * @param rev the revision hint for browsers and other caches downstream
 */
export function formatSignedUrl(url: SignedUrl, rev?: string): string {
  const { kid, sig, grant, w, dpr, fm } = url;
  let target = canonicalTarget(url);
  for (const [name, value] of Object.entries({ kid, sig, grant, w, dpr, fm, rev })) {
    if (value === undefined) continue;
    target += `${target.includes("?") ? "&" : "?"}${name}=${encodeURIComponent(value)}`;
  }
  return target;
}

/** The canonical request target, which is the payload of the JWS. */
export function canonicalTarget({ preset, source, exp, ver }: SignedClaims): string {
  let target = `/${preset}/${encodeSourceKey(source)}`;
  if (exp !== undefined) target += `?exp=${exp}`;
  if (ver !== undefined) target += `${exp === undefined ? "?" : "&"}ver=${ver}`;
  return target;
}

function parseParameters(queryString: string): Parameters {
  const given: Parameters = {};
  for (let from = 0, to = 0; from < queryString.length; from = to + 1) {
    to = queryString.indexOf("&", from);
    if (to === -1) to = queryString.length;
    const equals = queryString.indexOf("=", from);
    const nameEnd = equals === -1 || equals > to ? to : equals;
    // `%65xp` is `exp` (RFC 3986 6.2.2.2): compared undecoded, it would slip a second expiry past the check
    // for twins.
    const name = decodeText(queryString.slice(from, nameEnd));
    if (!isOurs(name)) continue;
    if (given[name] !== undefined) throw malformed(`"${name}" is given twice`);
    const value = decodeText(queryString.slice(Math.min(nameEnd + 1, to), to));
    const { pattern, expected } = grammars[name];
    if (value === undefined || !pattern.test(value)) throw malformed(`expected "${name}" to be ${expected}`);
    given[name] = value;
  }
  return given;
}

function isOurs(name: string | undefined): name is ParameterName {
  return name !== undefined && Object.hasOwn(grammars, name);
}

/**
 * Percent-decoded once; `+` is a plus (RFC 3986 knows no other). `undefined` when an escape is malformed or
 * not UTF-8.
 */
function decodeText(raw: string): string | undefined {
  if (!raw.includes("%")) return raw;
  try {
    return decodeURIComponent(raw);
  } catch {
    return undefined;
  }
}

function malformed(message: string): ImgsealError {
  return new ImgsealError("URL_MALFORMED", message);
}

/**
 * A grant: a compact JWT (RFC 7519) that opens some presets on some sources until a time, so that a page can build
 * image URLs without a secret.
 */

import { ImgsealError } from "../errors.ts";
import { decodeBase64url, encodeBase64url, utf8 } from "./base64url.ts";
import { isObject } from "./json.ts";
import type { Key } from "./key.ts";
import type { SignedUrl } from "./signed-url.ts";
import { isSourceKey } from "./source-key.ts";
import { requireKey, signaturePatterns, type Verification } from "./verification.ts";

/** RFC 8725 3.11: told apart from every other JWT of the same keys. */
const grantType = "imgseal-grant+jwt";

/** A longer one does not fit into the URL's parameter. */
export const maxGrantCharacters = 4_096;

export interface GrantClaims {
  /** Expiry, unix seconds. */
  readonly exp: number;
  /** Not before, unix seconds. */
  readonly nbf?: number | undefined;
  /** Names, or `["*"]` for all. */
  readonly presets: readonly string[];
  /** Whole source keys, or prefixes that end in `/`; `[""]` for all. */
  readonly sources: readonly string[];
}

/** A token taken apart; nothing in it is anybody's word before its signature is verified. */
export interface Grant {
  readonly key: Key;
  readonly signingInput: string;
  readonly payload: string;
  readonly signature: string;
}

/** The protected header in the order in which it is written. */
export function grantHeader({ alg, kid }: Key): { alg: Key["alg"]; kid: string; typ: string } {
  return { alg, kid, typ: grantType };
}

/** The claims as JSON, in one order: equal claims make equal tokens, which caches can tell. */
export function formatGrantClaims({ exp, nbf, presets, sources }: GrantClaims): string {
  return JSON.stringify({ exp, nbf, presets, sources });
}

/** What is signed: header and claims, each in base64url (RFC 7515 5.1). */
export function grantSigningInput(claims: GrantClaims, key: Key): string {
  return [JSON.stringify(grantHeader(key)), formatGrantClaims(claims)]
    .map((json) => encodeBase64url(utf8.encode(json)))
    .join(".");
}

/**
 * Takes a token apart and finds its key; its signature is still to be verified.
 *
 * @throws ImgsealError GRANT_INVALID, KEY_UNKNOWN
 */
export function parseGrant(token: string, verification: Pick<Verification, "keys" | "nowSeconds">): Grant {
  const [encodedHeader = "", encodedPayload = "", signature = "", ...more] = token.split(".");
  if (signature === "" || more.length > 0) throw invalid("expected three parts with a dot between them");
  const header = parseJson(encodedHeader, "header");
  const payload = decodeText(encodedPayload, "payload");
  // `crit`, `jwk`, `x5u` and the like would have to be understood; none of them is.
  const strangers = Object.keys(header).filter((name) => !["alg", "kid", "typ"].includes(name));
  if (strangers.length > 0) throw invalid("expected a header of alg, kid and typ alone");
  if (header.typ !== grantType) throw invalid(`expected the typ ${grantType}`);
  if (typeof header.kid !== "string") throw invalid("expected a kid in the header");
  const key = requireKey(header.kid, verification);
  // RFC 8725 3.1: a token must not choose how it is verified.
  if (header.alg !== key.alg) throw invalid(`expected the alg ${key.alg}, which is that of its key`);
  if (!signaturePatterns[key.alg].test(signature)) {
    throw invalid(`the signature is not canonical base64url of ${key.alg}`);
  }
  return { key, signingInput: `${encodedHeader}.${encodedPayload}`, payload, signature };
}

/**
 * The claims of a token whose signature is verified.
 *
 * @throws ImgsealError GRANT_INVALID
 */
export function parseGrantClaims(payload: string): GrantClaims {
  const { exp, nbf, presets, sources } = parseObject(payload, "payload");
  if (!isMoment(exp)) throw invalid('expected "exp" in unix seconds');
  if (nbf !== undefined && !isMoment(nbf)) throw invalid('expected "nbf" in unix seconds');
  if (!isListOf(presets, isPresetScope, "*")) throw invalid('expected "presets" to be names, or ["*"]');
  if (!isListOf(sources, isSourceScope, "")) {
    throw invalid('expected "sources" to be source keys, or prefixes that end in "/", or [""]');
  }
  return { exp, ...(nbf !== undefined && { nbf }), presets, sources };
}

/**
 * Refuses a URL that the grant does not open.
 *
 * @throws ImgsealError GRANT_SCOPE
 */
export function requireScope({ preset, source }: SignedUrl, { presets, sources }: GrantClaims): void {
  if (!presets.some((scope) => scope === "*" || scope === preset)) {
    throw new ImgsealError(
      "GRANT_SCOPE",
      `the grant does not open the preset "${preset}", only ${presets.join(", ")}`,
    );
  }
  if (!sources.some((scope) => isWithin(source, scope))) {
    const opened = sources.map((scope) => `"${scope}"`).join(", ");
    throw new ImgsealError("GRANT_SCOPE", `the grant does not open this source, only ${opened}`);
  }
}

/** A preset's name, as the public URL has it. */
export function isPresetScope(scope: string): boolean {
  return /^[a-z][a-z0-9-]{0,31}$/.test(scope);
}

/** A whole source key, or a prefix that ends where a segment ends: `a` must not open `ab`. */
export function isSourceScope(scope: string): boolean {
  return isSourceKey(scope.endsWith("/") ? scope.slice(0, -1) : scope);
}

/** Both are decoded texts: whatever the URL spelled, it has become one key by now. */
function isWithin(source: string, scope: string): boolean {
  return scope === "" || source === scope || (scope.endsWith("/") && source.startsWith(scope));
}

function isListOf(
  value: unknown,
  isScope: (scope: string) => boolean,
  everything: string,
): value is readonly string[] {
  if (!Array.isArray(value) || value.length === 0) return false;
  // `*` or the empty prefix beside others would hide in a long list.
  if (value.length === 1 && value[0] === everything) return true;
  return value.every((scope) => typeof scope === "string" && isScope(scope));
}

function isMoment(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) > 0 && Number(value) <= 999_999_999_999;
}

function parseJson(encoded: string, part: string): Readonly<Record<string, unknown>> {
  return parseObject(decodeText(encoded, part), part);
}

function parseObject(text: string, part: string): Readonly<Record<string, unknown>> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    // The parser's own message quotes the token.
    throw invalid(`the ${part} is not JSON`);
  }
  if (isObject(json)) return json;
  throw invalid(`the ${part} is not a JSON object`);
}

/** RFC 7515 2 and RFC 3629: one spelling of the bytes, and no text but well-formed UTF-8. */
function decodeText(encoded: string, part: string): string {
  const octets = decodeBase64url(encoded);
  if (octets === undefined) throw invalid(`the ${part} is not canonical base64url`);
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(octets);
  } catch {
    throw invalid(`the ${part} is not UTF-8`);
  }
}

function invalid(message: string): ImgsealError {
  return new ImgsealError("GRANT_INVALID", `the grant is not valid: ${message}`);
}

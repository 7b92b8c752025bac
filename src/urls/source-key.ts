/** Which source keys exist, and the one way they are spelled on the wire. */

import { ImgsealError } from "../errors.ts";
import { utf8 } from "./base64url.ts";

/** 850 bytes and the longest derivative name stay under the 1,024 bytes of an S3 key. */
export const maxSourceKeyBytes = 850;

// What a key may not hold: C0 controls, DEL, backslash (a separator to some file systems) and lone surrogates
// (which have no UTF-8 form). Written as the complement of what it may hold.
const forbiddenCharacter = /[^ -[\]-~\u{80}-\u{d7ff}\u{e000}-\u{10ffff}]/u;

const forbiddenSegment = /(?:^|\/)\.{0,2}(?:\/|$)/;

// The keys of most sources: their wire spelling is the key itself.
const plain = /^[A-Za-z0-9\-._~/]*$/;

/**
 * Whether a text is a source key: 1 to 850 bytes of UTF-8, segments joined by `/`, none of them empty, `.`
 * or `..`.
 */
export function isSourceKey(key: string): boolean {
  return brokenRule(key) === undefined;
}

/**
 * The one wire spelling of a source key: unreserved characters (RFC 3986 2.3) and `/` stay, every other
 * byte is `%XX` in upper case.
 */
export function encodeSourceKey(key: string): string {
  if (plain.test(key)) return key;
  // encodeURIComponent leaves five characters alone that RFC 3986 reserves, and spells `/` as %2F. The text
  // "%2F" itself has become %252F by then and is not touched.
  return encodeURIComponent(key).replace(/%2F|[!'()*]/g, (found) =>
    found === "%2F" ? "/" : `%${found.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/**
 * The source key that a path spells, in any RFC 3986-equivalent spelling; decoded exactly once, so that
 * `%252F` is the key text `%2F`.
 *
 * @throws ImgsealError URL_MALFORMED
 */
export function decodeSourceKey(wire: string): string {
  const key = plain.test(wire) ? wire : decode(wire);
  const rule = brokenRule(key);
  if (rule === undefined) return key;
  throw new ImgsealError("URL_MALFORMED", `expected the source key to be ${rule}`);
}

const malformedEscape = "the path holds an escape that is malformed or not UTF-8";

function decode(wire: string): string {
  // A URI is printable ASCII without space (RFC 3986 2). Raw bytes above it would be read by one server as
  // Latin-1 and by another as UTF-8, and so name two keys.
  if (/[^!-~]|[?#]/.test(wire)) {
    throw new ImgsealError("URL_MALFORMED", "the path holds a character that has to be percent-encoded");
  }
  // An escaped slash would let one key have two meanings, depending on who decodes first.
  if (/%2f/i.test(wire)) throw new ImgsealError("URL_MALFORMED", "the path holds an escaped slash");
  // Told apart first: decodeURIComponent's own error has a stack, which costs as much as an HMAC.
  if (/%(?![0-9A-Fa-f]{2})/.test(wire)) throw new ImgsealError("URL_MALFORMED", malformedEscape);
  try {
    return decodeURIComponent(wire);
  } catch (cause) {
    throw new ImgsealError("URL_MALFORMED", malformedEscape, { cause });
  }
}

/** The rule that a text breaks, in words that follow "expected"; `undefined` for a source key. */
export function brokenRule(key: string): string | undefined {
  if (key === "" || isTooLong(key)) return `1 to ${maxSourceKeyBytes} bytes of UTF-8`;
  if (forbiddenCharacter.test(key))
    return "a text without control characters, backslashes and lone surrogates";
  return forbiddenSegment.test(key)
    ? 'a path without a leading slash, empty, "." and ".." segments'
    : undefined;
}

function isTooLong(key: string): boolean {
  // A UTF-16 unit is at most three bytes of UTF-8: most keys need no counting.
  return key.length * 3 > maxSourceKeyBytes && utf8.encode(key).length > maxSourceKeyBytes;
}

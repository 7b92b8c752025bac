/** Which source keys exist, and the one way they are spelled on the wire. */

import { ImgsealError } from "../errors.ts";

/** 850 bytes and the longest derivative name stay under the 1,024 bytes of an S3 key. */
export const maxSourceKeyBytes = 850;

// What a key may not hold: C0 controls, DEL, backslash (a separator to some file systems) and lone surrogates
// (which have no UTF-8 form). Written as the complement of what it may hold.
const forbiddenCharacter = /[^ -[\]-~\u{80}-\u{d7ff}\u{e000}-\u{10ffff}]/u;

const forbiddenSegment = /(?:^|\/)\.{0,2}(?:\/|$)/;

// The keys of most sources: their wire spelling is the key itself.
const plain = /^[A-Za-z0-9\-._~/]*$/;

const utf8 = /* @__PURE__ */ new TextEncoder();

/**
 * Whether a text is a source key: 1 to 850 bytes of UTF-8, segments joined by `/`, none of them empty, `.`
 * or `..`.
 */
export function isSourceKey(key: string): boolean {
  return findProblem(key) === undefined;
}

/**
 * Refuses what is not a source key, and says why.
 *
 * @throws TypeError
 */
export function assertSourceKey(key: unknown): asserts key is string {
  if (typeof key !== "string") throw new TypeError(`expected a source key but received ${typeof key}`);
  const problem = findProblem(key);
  if (problem !== undefined) throw new TypeError(`not a source key: ${problem}`);
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
  const problem = findProblem(key);
  if (problem !== undefined)
    throw new ImgsealError("URL_MALFORMED", `the source key is not valid: ${problem}`);
  return key;
}

function decode(wire: string): string {
  // A URI is printable ASCII without space (RFC 3986 2). Raw bytes above it would be read by one server as
  // Latin-1 and by another as UTF-8, and so name two keys.
  if (/[^!-~]|[?#]/.test(wire)) {
    throw new ImgsealError("URL_MALFORMED", "the path holds a character that has to be percent-encoded");
  }
  // An escaped slash would let one key have two meanings, depending on who decodes first.
  if (/%2f/i.test(wire)) throw new ImgsealError("URL_MALFORMED", "the path holds an escaped slash");
  try {
    return decodeURIComponent(wire);
  } catch (cause) {
    throw new ImgsealError("URL_MALFORMED", "the path holds an escape that is malformed or not UTF-8", {
      cause,
    });
  }
}

function findProblem(key: string): string | undefined {
  if (key === "") return "it is empty";
  if (forbiddenCharacter.test(key)) {
    return "it holds a control character, a backslash or half of a surrogate pair";
  }
  if (forbiddenSegment.test(key)) return 'a segment is empty, "." or ".."';
  if (isTooLong(key)) return `it is longer than ${maxSourceKeyBytes} bytes of UTF-8`;
  return undefined;
}

function isTooLong(key: string): boolean {
  // A UTF-16 unit is at most three bytes of UTF-8: most keys need no counting.
  if (key.length * 3 <= maxSourceKeyBytes) return false;
  return key.length > maxSourceKeyBytes || utf8.encode(key).length > maxSourceKeyBytes;
}

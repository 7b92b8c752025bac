/**
 * Conditional and range requests as RFC 9110 sections 13 and 14 evaluate them, for the origin and for the cache.
 *
 * Both sides are headers with names in lower case: what the request asks, and the validators of what is stored.
 */

import type { HeaderMap } from "../edge/event.ts";

/** The status of the first precondition of a GET or HEAD that fails, in the order of section 13.2.2. */
export function failedPrecondition(request: HeaderMap, stored: HeaderMap): 304 | 412 | undefined {
  const ifMatch = request["if-match"];
  if (ifMatch !== undefined) {
    if (!listsTag(ifMatch, stored.etag, isSameStrongTag)) return 412;
  } else {
    const unmodifiedSince = httpDate(request["if-unmodified-since"]);
    const lastModified = httpDate(stored["last-modified"]);
    if (unmodifiedSince !== undefined && lastModified !== undefined && lastModified > unmodifiedSince)
      return 412;
  }
  return isNotModified(request, stored) ? 304 : undefined;
}

/** Whether the client has it already: all that a cache evaluates (sections 13.1.1 and 13.1.4 leave it the others). */
export function isNotModified(request: HeaderMap, stored: HeaderMap): boolean {
  const ifNoneMatch = request["if-none-match"];
  // It decides alone where it is given (section 13.1.3).
  if (ifNoneMatch !== undefined) return listsTag(ifNoneMatch, stored.etag, isSameTag);
  const modifiedSince = httpDate(request["if-modified-since"]);
  if (modifiedSince === undefined) return false;
  const lastModified = httpDate(stored["last-modified"]);
  return lastModified !== undefined && lastModified <= modifiedSince;
}

/** Both ends included. */
export interface ByteRange {
  readonly first: number;
  readonly last: number;
}

/**
 * The one range that is asked for.
 *
 * `undefined` means the whole: no range, one that is not understood or not valid (section 14.1.1), one of another
 * version, or several, which S3 does not serve.
 */
export function selectRange(
  request: HeaderMap,
  stored: HeaderMap,
  bytes: number,
): ByteRange | "unsatisfiable" | undefined {
  const spec = /^\s*bytes=(.*)$/i.exec(request.range ?? "")?.[1];
  if (spec === undefined || !ifRangeHolds(request["if-range"], stored)) return undefined;
  return parseRange(spec.trim(), bytes);
}

/** One range as section 14.1.2 writes it, without the unit; `undefined` when it is not valid. */
export function parseRange(spec: string, bytes: number): ByteRange | "unsatisfiable" | undefined {
  const match = /^(?:(\d+)-(\d*)|-(\d+))$/.exec(spec);
  if (match === null) return undefined;
  const [, from, to, suffix] = match;
  const end = bytes - 1;
  if (from === undefined) {
    const length = Number(suffix);
    return length === 0 || end < 0 ? "unsatisfiable" : { first: Math.max(0, bytes - length), last: end };
  }
  const first = Number(from);
  const last = to ? Math.min(Number(to), end) : end;
  // A last position before the first is no range at all, a first past the end is one that cannot be served.
  if (to && Number(to) < first) return undefined;
  return first > end ? "unsatisfiable" : { first, last };
}

/** Section 13.1.5: the strong tag, or exactly the date. What is stored is written once, so its date is strong too. */
export function ifRangeHolds(ifRange: string | undefined, stored: HeaderMap): boolean {
  if (ifRange === undefined) return true;
  if (ifRange.includes('"')) return isSameStrongTag(ifRange.trim(), stored.etag);
  const date = httpDate(ifRange);
  return date !== undefined && date === httpDate(stored["last-modified"]);
}

type Comparison = (tag: string, stored: string | undefined) => boolean;

function listsTag(list: string, stored: string | undefined, isSame: Comparison): boolean {
  if (list.trim() === "*") return true;
  // A tag may hold a comma (section 8.8.3), so commas do not part them.
  return list.match(/(?:W\/)?"[^"]*"/g)?.some((tag) => isSame(tag, stored)) ?? false;
}

/** Weak comparison (section 8.8.3.2): `W/"x"` names the same entity as `"x"`. */
const isSameTag: Comparison = (tag, stored) => withoutWeakness(tag) === (stored && withoutWeakness(stored));

const isSameStrongTag: Comparison = (tag, stored) => tag === stored && !tag.startsWith("W/");

function withoutWeakness(tag: string): string {
  return tag.replace(/^W\//, "");
}

// Section 5.6.7: IMF-fixdate, and the two obsolete forms that must be understood. Date.parse alone takes far more.
const imfFixdate = /^\w{3}, \d{2} \w{3} \d{4} \d{2}:\d{2}:\d{2} GMT$/;
const rfc850Date = /^\w{6,9}, \d{2}-\w{3}-\d{2} \d{2}:\d{2}:\d{2} GMT$/;
const asctimeDate = /^\w{3} \w{3} [ \d]\d \d{2}:\d{2}:\d{2} \d{4}$/;

/** Unix milliseconds; a date that cannot be read is as if the header was not there. */
function httpDate(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const isZoned = imfFixdate.test(text) || rfc850Date.test(text);
  if (!isZoned && !asctimeDate.test(text)) return undefined;
  const milliseconds = Date.parse(isZoned ? text : `${text} GMT`);
  return Number.isNaN(milliseconds) ? undefined : milliseconds;
}

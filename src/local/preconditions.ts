/** Conditional and range requests as RFC 9110 sections 13 and 14 evaluate them, for one stored object. */

type Headers = Readonly<Record<string, string>>;

interface Validators {
  /** Strong, with its quotation marks. */
  readonly etag: string;
  readonly lastModified: Date;
}

/** The status of the first precondition that fails, in the order of section 13.2.2; `undefined`: perform the method. */
export function failedPrecondition(
  method: string,
  headers: Headers,
  object: Validators,
): 304 | 412 | undefined {
  const ifMatch = headers["if-match"];
  if (ifMatch !== undefined) {
    if (!listsTag(ifMatch, object.etag)) return 412;
  } else {
    const unmodifiedSince = httpDate(headers["if-unmodified-since"]);
    if (unmodifiedSince !== undefined && secondsOf(object) > unmodifiedSince) return 412;
  }
  const isRead = method === "GET" || method === "HEAD";
  const ifNoneMatch = headers["if-none-match"];
  if (ifNoneMatch !== undefined) {
    // Weak comparison (section 13.1.2): `W/"x"` names the same entity as `"x"`.
    if (listsTag(ifNoneMatch.replaceAll(/(^|,)\s*W\//g, "$1"), object.etag)) return isRead ? 304 : 412;
  } else if (isRead) {
    const modifiedSince = httpDate(headers["if-modified-since"]);
    if (modifiedSince !== undefined && secondsOf(object) <= modifiedSince) return 304;
  }
  return undefined;
}

/**
 * The one range that is asked for, both ends included.
 *
 * `undefined` means the whole object: no range, one that is not understood, or several, which S3 does not serve.
 */
export function selectRange(
  headers: Headers,
  object: Validators & { readonly bytes: number },
): { readonly first: number; readonly last: number } | "unsatisfiable" | undefined {
  const match = /^bytes=(?:(\d+)-(\d*)|-(\d+))$/i.exec(headers.range?.trim() ?? "");
  if (match === null || !ifRangeHolds(headers["if-range"], object)) return undefined;
  const [, from, to, suffix] = match;
  const end = object.bytes - 1;
  if (from === undefined) {
    const length = Number(suffix);
    return length === 0 || end < 0
      ? "unsatisfiable"
      : { first: Math.max(0, object.bytes - length), last: end };
  }
  const first = Number(from);
  const last = to ? Math.min(Number(to), end) : end;
  // A last position before the first is no range at all, one past the end is one that cannot be served.
  if (to && Number(to) < first) return undefined;
  return first > end ? "unsatisfiable" : { first, last };
}

/** Section 13.1.5: a strong tag, or exactly the date; when it does not hold, the range is ignored. */
function ifRangeHolds(ifRange: string | undefined, object: Validators): boolean {
  if (ifRange === undefined) return true;
  if (ifRange.includes('"')) return ifRange === object.etag;
  return httpDate(ifRange) === secondsOf(object);
}

function listsTag(list: string, etag: string): boolean {
  return list.trim() === "*" || list.split(",").some((tag) => tag.trim() === etag);
}

/** Unix seconds; a date that cannot be read is as if the header was not there. */
function httpDate(text: string | undefined): number | undefined {
  const milliseconds = Date.parse(text ?? "");
  return Number.isNaN(milliseconds) ? undefined : milliseconds / 1000;
}

function secondsOf({ lastModified }: Validators): number {
  return Math.floor(lastModified.getTime() / 1000);
}

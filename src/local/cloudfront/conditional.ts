/** What a cached answer becomes for a viewer: 304, 206, 416, without a body for HEAD (RFC 9110 13, 14). */

import type { HeaderMap } from "../../edge/event.ts";
import type { OriginAnswer } from "./cache.ts";

export interface ViewerConditions {
  readonly method: string;
  readonly ifNoneMatch: string | undefined;
  readonly ifModifiedSince: string | undefined;
  readonly ifRange: string | undefined;
  /** `undefined` where ranges are not served, as on a generated answer. */
  readonly range: string | undefined;
}

export interface ViewerAnswer {
  readonly status: number;
  readonly headers: HeaderMap;
  readonly body: Buffer | undefined;
}

/** The answer for this viewer; the length is always that of what GET would send. */
export function answerViewer(answer: OriginAnswer, conditions: ViewerConditions): ViewerAnswer {
  const isHead = conditions.method === "HEAD";
  if (answer.status !== 200) return withLength(answer, answer.body, isHead);
  if (isNotModified(answer.headers, conditions)) {
    const { "content-type": _type, "content-length": _length, ...headers } = answer.headers;
    return { status: 304, headers, body: undefined };
  }
  // RFC 9110 14.2: a Range is defined for GET only.
  if (conditions.range === undefined || isHead) return withLength(answer, answer.body, isHead);
  return rangeAnswer(answer, conditions.range, conditions.ifRange);
}

function withLength({ status, headers }: OriginAnswer, body: Buffer, isHead: boolean): ViewerAnswer {
  // RFC 9110 8.6: none with 204, and with HEAD only GET's own, which is not known where HEAD itself was answered.
  if (status === 204 || (isHead && body.length === 0)) return { status, headers, body: undefined };
  const length = String(body.length);
  return {
    status,
    // The same object at every hit, so that what is made of it can be kept too.
    headers: headers["content-length"] === length ? headers : { ...headers, "content-length": length },
    body: isHead ? undefined : body,
  };
}

// RFC 9110 13.2.2: If-None-Match decides alone where it is given.
function isNotModified(headers: HeaderMap, { ifNoneMatch, ifModifiedSince }: ViewerConditions): boolean {
  const { etag } = headers;
  if (ifNoneMatch !== undefined) {
    return etag !== undefined && (ifNoneMatch.trim() === "*" || namesTag(ifNoneMatch, etag));
  }
  const lastModified = Date.parse(headers["last-modified"] ?? "");
  return ifModifiedSince !== undefined && lastModified <= Date.parse(ifModifiedSince);
}

// Weak comparison (RFC 9110 8.8.3.2).
function namesTag(list: string, etag: string): boolean {
  const opaque = etag.replace(/^W\//u, "");
  return list.split(",").some((tag) => tag.trim().replace(/^W\//u, "") === opaque);
}

function rangeAnswer(answer: OriginAnswer, range: string, ifRange: string | undefined): ViewerAnswer {
  const { body, headers } = answer;
  const isCurrent = ifRange === undefined || ifRange === headers.etag || ifRange === headers["last-modified"];
  // Several ranges may be answered by the whole (RFC 9110 14.2); a thousand tiny parts never pay.
  const match = isCurrent ? /^bytes=(\d*)-(\d*)$/u.exec(range.trim()) : null;
  const first = match?.[1] ?? "";
  const last = match?.[2] ?? "";
  // RFC 9110 14.1.1: a range without figures, or one that ends before it begins, is invalid and ignored.
  const isValid =
    match !== null && (first !== "" || last !== "") && !(first !== "" && last !== "" && +last < +first);
  if (!isValid) return withLength(answer, body, false);
  const [start, end] = resolveRange(first, last, body.length);
  if (start >= body.length) {
    return { status: 416, headers: { "content-range": `bytes */${body.length}` }, body: undefined };
  }
  const part = body.subarray(start, end + 1);
  return {
    status: 206,
    headers: {
      ...headers,
      "content-range": `bytes ${start}-${end}/${body.length}`,
      "content-length": String(part.length),
    },
    body: part,
  };
}

function resolveRange(first: string, last: string, length: number): [start: number, end: number] {
  if (first === "") return last === "0" ? [length, length] : [Math.max(0, length - Number(last)), length - 1];
  return [Number(first), last === "" ? length - 1 : Math.min(Number(last), length - 1)];
}

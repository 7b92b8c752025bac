/** What a cached answer becomes for a viewer: 304, 206, 416, without a body for HEAD (RFC 9110 13, 14). */

import type { HeaderMap } from "../../edge/event.ts";
import { isNotModified } from "../preconditions.ts";
import type { OriginAnswer } from "./layer.ts";
import { partialContent, selectRanges } from "./ranges.ts";

export interface ViewerConditions {
  readonly method: string;
  /** All of the viewer's headers. */
  readonly headers: HeaderMap;
  /** Not so on a generated answer. */
  readonly areRangesServed: boolean;
}

export interface ViewerAnswer {
  readonly status: number;
  readonly headers: HeaderMap;
  readonly body: Buffer | undefined;
}

/**
 * The answer for this viewer; the length is always that of what GET would send.
 *
 * An answer that has been made for a viewer already comes out as it went in.
 */
export function answerViewer(
  answer: OriginAnswer,
  { method, headers: requested, areRangesServed }: ViewerConditions,
): ViewerAnswer {
  const { status, headers } = answer;
  if (status === 304) return { status, headers, body: undefined };
  const isHead = method === "HEAD";
  if (status !== 200 && status !== 206) return withLength(answer, answer.body, isHead);
  if (isNotModified(requested, headers)) {
    const { "content-type": _type, "content-length": _length, "content-range": _range, ...kept } = headers;
    return { status: 304, headers: kept, body: undefined };
  }
  // RFC 9110 14.2: a Range is defined for GET only.
  if (!areRangesServed || isHead || status === 206) return withLength(answer, answer.body, isHead);
  return rangeAnswer(answer, requested);
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

function rangeAnswer(answer: OriginAnswer, requested: HeaderMap): ViewerAnswer {
  const { body, headers } = answer;
  const ranges = selectRanges(requested, headers, body.length);
  if (ranges === "unsatisfiable")
    return { status: 416, headers: { "content-range": `bytes */${body.length}` }, body: undefined };
  const partial = ranges && partialContent(headers, body, ranges);
  return partial === undefined ? withLength(answer, body, false) : { status: 206, ...partial };
}

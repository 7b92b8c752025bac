/** What a cached answer becomes for a viewer: 304, 206, 416, without a body for HEAD (RFC 9110 13, 14). */

import type { HeaderMap } from "../../edge/event.ts";
import { isNotModified, selectRange } from "../preconditions.ts";
import type { OriginAnswer } from "./cache.ts";

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

/** The answer for this viewer; the length is always that of what GET would send. */
export function answerViewer(
  answer: OriginAnswer,
  { method, headers: requested, areRangesServed }: ViewerConditions,
): ViewerAnswer {
  const isHead = method === "HEAD";
  if (answer.status !== 200) return withLength(answer, answer.body, isHead);
  if (isNotModified(requested, answer.headers)) {
    const { "content-type": _type, "content-length": _length, ...headers } = answer.headers;
    return { status: 304, headers, body: undefined };
  }
  // RFC 9110 14.2: a Range is defined for GET only.
  if (!areRangesServed || isHead) return withLength(answer, answer.body, isHead);
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
  const range = selectRange(requested, headers, body.length);
  if (range === undefined) return withLength(answer, body, false);
  if (range === "unsatisfiable")
    return { status: 416, headers: { "content-range": `bytes */${body.length}` }, body: undefined };
  const { first, last } = range;
  const part = body.subarray(first, last + 1);
  return {
    status: 206,
    headers: {
      ...headers,
      "content-range": `bytes ${first}-${last}/${body.length}`,
      "content-length": String(part.length),
    },
    body: part,
  };
}

/** Parts of an answer from the cache: "How CloudFront processes partial requests for an object (range GETs)". */

import { randomBytes } from "node:crypto";
import type { HeaderMap } from "../../edge/event.ts";
import { type ByteRange, ifRangeHolds, parseRange } from "../preconditions.ts";

/**
 * What is asked for, each with both ends included, in ascending order.
 *
 * `undefined` means the whole with 200: nothing is asked, it is asked of another version, one range is not valid, or
 * several overlap, are not in ascending order, or do not all exist.
 */
export function selectRanges(
  request: HeaderMap,
  stored: HeaderMap,
  bytes: number,
): readonly ByteRange[] | "unsatisfiable" | undefined {
  const list = /^\s*bytes=(.*)$/i.exec(request.range ?? "")?.[1];
  if (list === undefined || !ifRangeHolds(request["if-range"], stored)) return undefined;
  const ranges: ByteRange[] = [];
  const specs = list.split(",");
  for (const spec of specs) {
    const range = parseRange(spec.trim(), bytes);
    if (range === undefined) return undefined;
    if (range === "unsatisfiable") return specs.length === 1 ? "unsatisfiable" : undefined;
    if (range.first <= (ranges.at(-1)?.last ?? -1)) return undefined;
    ranges.push(range);
  }
  return ranges;
}

export interface PartialContent {
  readonly headers: HeaderMap;
  readonly body: Buffer;
}

/**
 * The headers and the body of a 206; of several ranges as multipart/byteranges (RFC 9110 14.6).
 *
 * `undefined` where that would be longer than the whole: a thousand tiny parts never pay (RFC 9110 17.15).
 */
export function partialContent(
  headers: HeaderMap,
  body: Buffer,
  ranges: readonly ByteRange[],
): PartialContent | undefined {
  const [only] = ranges;
  if (ranges.length !== 1 || only === undefined) return multipart(headers, body, ranges);
  const part = body.subarray(only.first, only.last + 1);
  const contentRange = { "content-range": contentRangeOf(only, body) };
  return { headers: { ...headers, ...contentRange, "content-length": String(part.length) }, body: part };
}

function multipart(headers: HeaderMap, body: Buffer, ranges: readonly ByteRange[]) {
  const boundary = `CloudFront:${randomBytes(16).toString("hex").toUpperCase()}`;
  const type = headers["content-type"] === undefined ? "" : `Content-Type: ${headers["content-type"]}\r\n`;
  const parts = ranges.flatMap((range) => [
    Buffer.from(`\r\n--${boundary}\r\n${type}Content-Range: ${contentRangeOf(range, body)}\r\n\r\n`),
    body.subarray(range.first, range.last + 1),
  ]);
  parts.push(Buffer.from(`\r\n--${boundary}--\r\n`));
  if (parts.reduce((bytes, part) => bytes + part.length, 0) >= body.length) return undefined;
  const joined = Buffer.concat(parts);
  const contentType = `multipart/byteranges; boundary="${boundary}"`;
  return {
    headers: { ...headers, "content-type": contentType, "content-length": String(joined.length) },
    body: joined,
  };
}

function contentRangeOf({ first, last }: ByteRange, body: Buffer): string {
  return `bytes ${first}-${last}/${body.length}`;
}

/** CloudFront's event shape to ours and back; no other file knows `[{ key, value }]`. */

import type {
  CloudFrontHeaders,
  CloudFrontRequest,
  CloudFrontRequestEvent,
  CloudFrontResponseEvent,
  CloudFrontResultResponse,
} from "aws-lambda";

/** Lower-case names, one value each. */
export type HeaderMap = Readonly<Record<string, string>>;

export interface EdgeRequest {
  /** CloudFront's own id of the request: the reference that a refusal shows and the log repeats. */
  readonly id: string;
  readonly method: string;
  /** As it was sent, still percent-encoded. */
  readonly path: string;
  /** Without the question mark. */
  readonly queryString: string;
  header(name: string): string | undefined;
}

export interface EdgeAnswer {
  readonly status: number;
  readonly headers: HeaderMap;
  /** Text, or an image; absent: the answer has no body. */
  readonly body?: string | Buffer;
}

/**
 * The request of a viewer-request or origin-response event.
 *
 * @throws TypeError when the event has no record, which is a wiring mistake and not a viewer's
 */
export function readRequest(event: CloudFrontRequestEvent | CloudFrontResponseEvent): EdgeRequest {
  const { config, request } = recordOf(event.Records);
  return {
    id: config.requestId,
    method: request.method,
    path: request.uri,
    queryString: request.querystring,
    header: (name) => request.headers[name]?.[0]?.value,
  };
}

/** What the origin answered, as an origin-response event tells it. */
export function readOriginStatus(event: CloudFrontResponseEvent): number {
  return Number(recordOf(event.Records).response.status);
}

/** The request to go on with: another path, no query string, everything else as it came. */
export function rewriteRequest(event: CloudFrontRequestEvent, path: string): CloudFrontRequest {
  return { ...recordOf(event.Records).request, uri: path, querystring: "" };
}

/** An answer in place of the origin's (viewer-request). Headers that are frozen are shaped once, and deep-frozen too. */
export function generateResponse({ status, headers, body }: EdgeAnswer): CloudFrontResultResponse {
  const shaped = sharedShapes.get(headers) ?? shape(headers);
  // Nearly every answer here is a text; the spread of the others costs more than all the rest.
  if (typeof body === "string") return { status: String(status), headers: shaped, body };
  return { status: String(status), headers: shaped, ...(body !== undefined && bodyOf(body)) };
}

const sharedShapes = new WeakMap<HeaderMap, CloudFrontHeaders>();

function shape(headers: HeaderMap): CloudFrontHeaders {
  const shaped = toCloudFrontHeaders(headers);
  if (Object.isFrozen(headers)) {
    // Every answer with these headers carries this one object: nobody may change it for the next viewer.
    for (const values of Object.values(shaped))
      for (const value of Object.freeze(values)) Object.freeze(value);
    sharedShapes.set(headers, Object.freeze(shaped));
  }
  return shaped;
}

/**
 * The origin's own response with other headers, its body and status untouched (origin-response).
 *
 * No `body` member: CloudFront then keeps the origin's.
 */
export function amendResponse(event: CloudFrontResponseEvent, headers: HeaderMap): CloudFrontResultResponse {
  const { response } = recordOf(event.Records);
  return {
    ...response,
    headers: toCloudFrontHeaders(headers, keptHeaders(response.headers, isKeptWithOldBody)),
  };
}

/**
 * The origin's response with another status, other headers and another body (origin-response).
 *
 * It is the given response that is changed. A fresh object would lack the transfer-encoding of S3's XML, which is
 * read-only at this event, and CloudFront would answer 502.
 */
export function replaceResponse(
  event: CloudFrontResponseEvent,
  answer: EdgeAnswer,
): CloudFrontResultResponse {
  const { response } = recordOf(event.Records);
  return {
    status: String(answer.status),
    headers: toCloudFrontHeaders(answer.headers, keptHeaders(response.headers, isKeptWithNewBody)),
    // '' removes the origin's body; leaving it out would serve S3's XML under our status.
    body: "",
    ...(answer.body !== undefined && bodyOf(answer.body)),
  };
}

const describesTheOldBody = new Set([
  "accept-ranges",
  "cache-control",
  "content-disposition",
  "content-encoding",
  "content-length",
  "content-range",
  "content-type",
  "etag",
  "expires",
  "last-modified",
]);

// S3's own headers name the request, the encryption and the user metadata, among it the source's key.
function isKeptWithOldBody(name: string): boolean {
  return !name.startsWith("x-amz-");
}

function isKeptWithNewBody(name: string): boolean {
  return isKeptWithOldBody(name) && !describesTheOldBody.has(name);
}

function keptHeaders(headers: CloudFrontHeaders, isKept: (name: string) => boolean): CloudFrontHeaders {
  const kept: CloudFrontHeaders = {};
  for (const name in headers) {
    const values = headers[name];
    if (values !== undefined && isKept(name)) kept[name] = values;
  }
  return kept;
}

function toCloudFrontHeaders(headers: HeaderMap, onto: CloudFrontHeaders = {}): CloudFrontHeaders {
  for (const key in headers) onto[key] = [{ key, value: headers[key] ?? "" }];
  return onto;
}

function bodyOf(body: string | Buffer): Pick<CloudFrontResultResponse, "body" | "bodyEncoding"> {
  return typeof body === "string" ? { body } : { body: body.toString("base64"), bodyEncoding: "base64" };
}

function recordOf<Record extends { cf: unknown }>(records: Record[]): Record["cf"] {
  const record = records[0];
  if (record === undefined) throw new TypeError("expected a CloudFront event with one record, received none");
  return record.cf;
}

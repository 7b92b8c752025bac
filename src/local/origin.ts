/** A store that answers like S3: what CloudFront gets for an origin request. */

import { encodeMetadataValue } from "../store/metadata-header.ts";
import type { ObjectInfo, SourceStore } from "../store/store.ts";
import { failedPrecondition, selectRange } from "./preconditions.ts";
import { requestIds, s3Error } from "./s3-error.ts";
import { listObjects } from "./s3-operations.ts";

export interface OriginRequest {
  readonly method: string;
  /** As CloudFront sends it: percent-encoded, with the leading slash, without the query. */
  readonly path: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
}

export interface OriginResponse {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Absent when the answer has none: 304, and every answer to HEAD. */
  readonly body?: Buffer;
  /** The store's failure behind a 503, for the log. */
  readonly cause?: unknown;
}

export interface OriginOptions {
  /** Whether the reader holds s3:ListBucket: a missing key is then a 404, otherwise a 403. */
  readonly listBucket: boolean;
}

/**
 * Answers GET and HEAD as S3 does: 200, 206, 304, 400, 403, 404, 412 or 416, errors as XML.
 *
 * A store that fails is a 503, as S3's own SlowDown.
 */
export async function originFetch(
  request: OriginRequest,
  store: SourceStore,
  { listBucket }: OriginOptions,
): Promise<OriginResponse> {
  const { method, headers } = request;
  if (method !== "GET" && method !== "HEAD") return s3Error("MethodNotAllowed", request);
  const key = keyOf(request.path);
  if (key === undefined) return s3Error("InvalidURI", request);
  if (key === "" && !listBucket) return s3Error("AccessDenied", request);

  if (isTooLong(key)) return keyTooLong(request, key);

  let object: (ObjectInfo & { readonly body?: Buffer }) | undefined;
  try {
    // "/" is the listing: whoever lets it through to a bucket that grants s3:ListBucket shows every key.
    if (key === "") return await readBucket(request, store);
    object = await (method === "GET" ? store.read(key) : store.head(key));
  } catch (cause) {
    return { ...s3Error("SlowDown", request), cause };
  }
  if (object === undefined) {
    return listBucket ? s3Error("NoSuchKey", request, { Key: key }) : s3Error("AccessDenied", request);
  }

  const stored = validators(object);
  const failed = failedPrecondition(headers, stored);
  if (failed === 412) {
    const Condition = headers["if-match"] === undefined ? "If-Unmodified-Since" : "If-Match";
    return s3Error("PreconditionFailed", request, { Condition });
  }
  if (failed === 304) return { status: 304, headers: { ...requestIds(), ...stored } };

  const whole = { ...requestIds(), ...stored, ...representation(object) };
  // With HEAD too, where RFC 9110 14.2 knows no Range and S3 does.
  const range = selectRange(headers, stored, object.bytes);
  if (range === "unsatisfiable") {
    const detail = { RangeRequested: headers.range ?? "", ActualObjectSize: String(object.bytes) };
    return s3Error("InvalidRange", request, detail, { "content-range": `bytes */${object.bytes}` });
  }
  if (range === undefined) {
    return {
      status: 200,
      headers: { ...whole, "content-length": String(object.bytes) },
      ...(object.body && { body: object.body }),
    };
  }
  const { first, last } = range;
  return {
    status: 206,
    headers: {
      ...whole,
      "content-range": `bytes ${first}-${last}/${object.bytes}`,
      "content-length": String(last - first + 1),
    },
    ...(object.body && { body: object.body.subarray(first, last + 1) }),
  };
}

/** ListObjects and HeadBucket. */
async function readBucket(request: OriginRequest, store: SourceStore): Promise<OriginResponse> {
  if (request.method === "HEAD") return { status: 200, headers: requestIds() };
  return listObjects(request, store, new URLSearchParams("list-type=2"));
}

/** The key in a path as S3 decodes it: `+` is a space, `%2B` a plus; `undefined` for malformed escapes. */
export function keyOf(path: string): string | undefined {
  try {
    return decodeURIComponent(path.slice(1).replaceAll("+", " "));
  } catch {
    return undefined;
  }
}

// "Creating object key names": in UTF-8.
const maxKeyBytes = 1_024;

export function isTooLong(key: string): boolean {
  return Buffer.byteLength(key) > maxKeyBytes;
}

export function keyTooLong(request: OriginRequest, key: string): OriginResponse {
  const detail = { Size: String(Buffer.byteLength(key)), MaxSizeAllowed: String(maxKeyBytes) };
  return s3Error("KeyTooLongError", request, detail);
}

function validators({ etag, lastModified }: ObjectInfo) {
  return { etag, "last-modified": lastModified.toUTCString() };
}

function representation({ contentType, metadata }: ObjectInfo): Record<string, string> {
  const names = Object.entries(metadata).map(([name, text]) => [
    `x-amz-meta-${name}`,
    encodeMetadataValue(text),
  ]);
  return {
    ...Object.fromEntries(names),
    "accept-ranges": "bytes",
    "content-type": contentType,
    // Every object of S3 is encrypted since 2023, and every answer says so.
    "x-amz-server-side-encryption": "AES256",
  };
}

/** What S3's errors mean to a store. */

import { ImgsealError } from "../errors.ts";

// A missing bucket is a 404 as well, and no missing key. HEAD has no body to say which.
const missingNames: ReadonlySet<string> = new Set(["NoSuchKey", "NotFound"]);

/** Only "no such key" is not-found; every other 404, and every 403, is a failure. */
export function isMissing(cause: unknown): boolean {
  return statusOf(cause) === 404 && cause instanceof Error && missingNames.has(cause.name);
}

/** `If-None-Match: *` found the key taken (412), or another write to it under way (409). */
export function isTaken(cause: unknown): boolean {
  const status = statusOf(cause);
  return status === 412 || status === 409;
}

/** STORE_UNAVAILABLE with what S3 said, unless the cause already is an error of ours. */
export function s3Failure(action: string, cause: unknown): ImgsealError {
  if (cause instanceof ImgsealError) return cause;
  const status = statusOf(cause);
  const what = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
  const hint =
    status === 403
      ? "; a permission is missing (S3 answers 403 also for a key that is not there, when s3:ListBucket is missing)"
      : "";
  const message = `${action} failed${status ? ` with ${status}` : ""}: ${what}${hint}`;
  return new ImgsealError("STORE_UNAVAILABLE", message, { cause: withoutExchange(cause) });
}

/** The SDK hangs the whole exchange on its errors: a session token and a signature, which must not reach a log. */
function withoutExchange(cause: unknown): unknown {
  if (!(cause instanceof Error)) return cause;
  const plain = new Error(cause.message);
  plain.name = cause.name;
  if (cause.stack !== undefined) plain.stack = cause.stack;
  return plain;
}

function statusOf(cause: unknown): number | undefined {
  if (!(cause instanceof Error && "$metadata" in cause)) return undefined;
  const metadata = cause.$metadata;
  if (typeof metadata !== "object" || metadata === null || !("httpStatusCode" in metadata)) return undefined;
  return typeof metadata.httpStatusCode === "number" ? metadata.httpStatusCode : undefined;
}

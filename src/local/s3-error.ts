/** S3's error answers, and the headers that all of its answers carry. */

import { randomBytes, randomUUID } from "node:crypto";
import type { OriginRequest, OriginResponse } from "./origin.ts";

const errors = {
  AccessDenied: { status: 403, message: "Access Denied" },
  BadDigest: { status: 400, message: "The checksum you specified did not match what was received." },
  ConditionalRequestConflict: {
    status: 409,
    message: "The conditional request cannot succeed due to a conflicting operation against this resource.",
  },
  EntityTooLarge: { status: 400, message: "Your proposed upload exceeds the maximum allowed size." },
  InternalError: { status: 500, message: "We encountered an internal error. Please try again." },
  InvalidArgument: { status: 400, message: "Invalid Argument" },
  InvalidRange: { status: 416, message: "The requested range is not satisfiable" },
  InvalidURI: { status: 400, message: "Couldn't parse the specified URI." },
  KeyTooLongError: { status: 400, message: "Your key is too long" },
  MalformedXML: { status: 400, message: "The XML you provided was not well-formed." },
  MetadataTooLarge: {
    status: 400,
    message: "Your metadata headers exceed the maximum allowed metadata size",
  },
  MethodNotAllowed: { status: 405, message: "The specified method is not allowed against this resource." },
  NoSuchBucket: { status: 404, message: "The specified bucket does not exist" },
  NoSuchKey: { status: 404, message: "The specified key does not exist." },
  NotImplemented: {
    status: 501,
    message: "A header you provided implies functionality that is not implemented",
  },
  PreconditionFailed: {
    status: 412,
    message: "At least one of the pre-conditions you specified did not hold",
  },
  SlowDown: { status: 503, message: "Please reduce your request rate." },
} as const;

/** One of S3's error answers: XML, chunked, without a content-length. */
export function s3Error(
  code: keyof typeof errors,
  { method }: Pick<OriginRequest, "method">,
  detail: Readonly<Record<string, string>> = {},
  headers: Readonly<Record<string, string>> = {},
): OriginResponse {
  const { status, message } = errors[code];
  const ids = requestIds();
  const fields = {
    Code: code,
    Message: message,
    ...detail,
    RequestId: ids["x-amz-request-id"],
    HostId: ids["x-amz-id-2"],
  };
  const xml = Object.entries(fields).map(([name, text]) => `<${name}>${escapeXml(text)}</${name}>`);
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n<Error>${xml.join("")}</Error>`;
  return {
    status,
    headers: { ...ids, ...headers, "content-type": "application/xml", "transfer-encoding": "chunked" },
    ...(method !== "HEAD" && { body: Buffer.from(body) }),
  };
}

export function escapeXml(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what XML 1.0 cannot hold as it is
  return text.replace(/[&<>"'\u0000-\u001f\u007f-\u009f]/g, (char) => `&#${char.codePointAt(0)};`);
}

// S3's own word for x-amz-id-2 is HostId: one process is one host.
const hostId = randomBytes(48).toString("base64");

export function requestIds() {
  return {
    // Node draws the bytes of many UUIDs at once, and those of randomBytes at each call.
    "x-amz-request-id": randomUUID().replaceAll("-", "").slice(16).toUpperCase(),
    "x-amz-id-2": hostId,
    date: new Date().toUTCString(),
    server: "AmazonS3",
  };
}

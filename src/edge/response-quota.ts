/** CloudFront's quota on generated responses at origin events (Lambda@Edge quotas, "Size of a response"). */

import type { HeaderMap } from "./event.ts";

/** 1 MiB for headers and body together; base64 text is counted as it is, which is the strict reading. */
export const generatedResponseBytes = 1_048_576;

// What CloudFront and S3 put on top of ours: Date, Server, Via, the status line.
const foreignHeaderBytes = 1_024;

/** Whether an image can be returned by the function itself. */
export function fitsGeneratedResponse(headers: HeaderMap, body: Uint8Array): boolean {
  const base64Bytes = Math.ceil(body.length / 3) * 4;
  return base64Bytes + headerBytes(headers) + foreignHeaderBytes <= generatedResponseBytes;
}

function headerBytes(headers: HeaderMap): number {
  let bytes = 0;
  for (const [name, value] of Object.entries(headers)) bytes += name.length + value.length + ": \r\n".length;
  return bytes;
}

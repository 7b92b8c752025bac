/** The figures of "Quotas on Lambda@Edge" and "Quotas on CloudFront", in the strict reading where the pages disagree. */

import type { EventType } from "./description.ts";

export interface FunctionQuota {
  readonly memoryMegabytes: number;
  readonly timeoutMilliseconds: number;
  /** Headers and body of an answer that the function makes; base64 text counts as it is. */
  readonly generatedResponseBytes: number;
}

// Newer pages allow 30 s here as well.
const viewerEvent: FunctionQuota = {
  memoryMegabytes: 128,
  timeoutMilliseconds: 5_000,
  generatedResponseBytes: 40 * 1_024,
};

const originEvent: FunctionQuota = {
  memoryMegabytes: 10_240,
  timeoutMilliseconds: 30_000,
  generatedResponseBytes: 1_024 * 1_024,
};

export const functionQuotas: Readonly<Record<EventType, FunctionQuota>> = {
  "viewer-request": viewerEvent,
  "origin-request": originEvent,
  "origin-response": originEvent,
  "viewer-response": viewerEvent,
};

/** A function's own URI with its query string has to stay under this. */
export const uriCharacters = 8_192;

/** A viewer's URL may have as many. */
export const urlBytes = 8_192;

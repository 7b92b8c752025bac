/** The two lists of "Restrictions on all edge functions": headers that functions may not set, and may not touch. */

import type { HeaderMap } from "../../edge/event.ts";
import type { EventType } from "./description.ts";

/** Neither shown to functions nor to be added by them; `*` ends a prefix. */
export const disallowedHeaders: readonly string[] = [
  "connection",
  "expect",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "trailer",
  "upgrade",
  "x-accel-buffering",
  "x-accel-charset",
  "x-accel-limit-rate",
  "x-accel-redirect",
  "x-amz-cf-*",
  "x-amzn-auth",
  "x-amzn-cf-billing",
  "x-amzn-cf-id",
  "x-amzn-cf-xff",
  "x-amzn-errortype",
  "x-amzn-fle-profile",
  "x-amzn-header-count",
  "x-amzn-header-order",
  "x-amzn-lambda-integration-tag",
  "x-amzn-requestid",
  "x-cache",
  "x-edge-*",
  "x-forwarded-proto",
  "x-real-ip",
];

/** To be returned exactly as they were given: not added, not changed, not left out. */
export const readOnlyHeaders: Readonly<Record<EventType, readonly string[]>> = {
  "viewer-request": ["cdn-loop", "content-length", "host", "transfer-encoding", "via"],
  "origin-request": [
    "accept-encoding",
    "cdn-loop",
    "content-length",
    "if-modified-since",
    "if-none-match",
    "if-range",
    "if-unmodified-since",
    "transfer-encoding",
    "via",
  ],
  "origin-response": ["transfer-encoding", "via"],
  "viewer-response": ["content-encoding", "content-length", "transfer-encoding", "via", "warning"],
};

const names = new Set(disallowedHeaders.filter((name) => !name.endsWith("*")));
const prefixes = disallowedHeaders.filter((name) => name.endsWith("*")).map((name) => name.slice(0, -1));

/** @param name in lower case */
export function isDisallowed(name: string): boolean {
  if (names.has(name)) return true;
  for (const prefix of prefixes) if (name.startsWith(prefix)) return true;
  return false;
}

/** The headers that a function is shown. */
export function visibleHeaders(headers: HeaderMap): HeaderMap {
  const visible: Record<string, string> = {};
  for (const name in headers) {
    const value = headers[name];
    if (value !== undefined && !isDisallowed(name)) visible[name] = value;
  }
  return visible;
}

/** Which conditions go to the origin: the viewer's own on a miss, those of what has expired in its place. */

import type { HeaderMap } from "../../edge/event.ts";
import type { LayerRequest, OriginAnswer } from "./layer.ts";

const preconditions = ["if-match", "if-none-match", "if-modified-since", "if-unmodified-since"];
const partial = ["range", "if-range"];

/** The viewer's, which CloudFront forwards ("HTTP request headers and CloudFront behavior"); a Range is GET's only. */
export function conditionsOf({ method, headers }: LayerRequest): HeaderMap {
  const names = method === "GET" ? [...preconditions, ...partial] : preconditions;
  const found: Record<string, string> = {};
  for (const name of names) {
    const value = headers[name];
    if (value !== undefined) found[name] = value;
  }
  return found;
}

/** The request without what makes it conditional or partial. */
export function withoutConditions(request: LayerRequest): LayerRequest {
  const headers = { ...request.headers };
  for (const name of [...preconditions, ...partial]) delete headers[name];
  return { ...request, headers };
}

/** Asks for a 304 if what is kept is still the newest ("Conditional GET requests"); not with `Vary: *`, see lifetime.ts. */
export function validatorsOf({ headers }: OriginAnswer): HeaderMap {
  const { etag, "last-modified": lastModified, vary } = headers;
  if (vary?.trim() === "*") return {};
  return {
    ...(etag !== undefined && { "if-none-match": etag }),
    ...(lastModified !== undefined && { "if-modified-since": lastModified }),
  };
}

/** The headers of what is kept, after a 304 (RFC 9111 3.2): its own framing stays that of its body. */
export function refreshedHeaders(kept: HeaderMap, notModified: HeaderMap): HeaderMap {
  const refreshed: Record<string, string> = { ...kept, ...notModified };
  for (const name of describesTheBody) {
    const value = kept[name];
    if (value === undefined) delete refreshed[name];
    else refreshed[name] = value;
  }
  return refreshed;
}

const describesTheBody = [
  "content-encoding",
  "content-length",
  "content-range",
  "content-type",
  "transfer-encoding",
];

/**
 * Whether cookies go to the origin: then nothing is collapsed ("Simultaneous requests for the same object") and
 * nothing is revalidated with conditions ("Cache content based on cookies").
 */
export function forwardsCookies({ behavior }: LayerRequest): boolean {
  const { cachePolicy, originRequestPolicy } = behavior;
  return (
    cachePolicy.cookies.behavior !== "none" || (originRequestPolicy?.cookies.behavior ?? "none") !== "none"
  );
}

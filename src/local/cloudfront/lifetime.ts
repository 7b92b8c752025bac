/**
 * How long CloudFront keeps an answer: "Manage how long content stays in the cache (expiration)", "How CloudFront
 * processes HTTP 4xx and 5xx status codes from your origin" and "Control how long CloudFront caches errors".
 */

import type { HeaderMap } from "../../edge/event.ts";
import type { LayerPolicy } from "./layer.ts";

/** What an answer says of itself. */
export interface Declared {
  readonly status: number;
  readonly headers: HeaderMap;
}

const cachedErrors = new Set([404, 414, 500, 501, 502, 503, 504]);
const cachedErrorsWhenTold = new Set([400, 403, 405, 412, 415]);
const honoursNoStore = new Set([404, 410, 414, 501]);

/** Seconds; 0 means that the answer is not kept. */
export function lifetimeSeconds(answer: Declared, policy: LayerPolicy, nowMilliseconds: number): number {
  // CachingDisabled, "won't cache these status codes" either.
  if (policy.cachePolicy.maxTTL === 0) return 0;
  return answer.status < 400
    ? successSeconds(answer, policy, nowMilliseconds)
    : errorSeconds(answer, policy, nowMilliseconds);
}

function successSeconds({ headers }: Declared, { cachePolicy }: LayerPolicy, nowMilliseconds: number) {
  const { minTTL, defaultTTL, maxTTL } = cachePolicy;
  if (forbidsKeeping(headers)) return minTTL;
  // "Content negotiation": every request goes to the origin, without validators.
  if (headers.vary?.trim() === "*" && minTTL === 0) return 0;
  const declared = declaredSeconds(headers) ?? expiresSeconds(headers, nowMilliseconds);
  // The maximum is for what the origin says: without a word from it, it is the default alone.
  if (declared === undefined) return Math.max(minTTL, defaultTTL);
  return Math.min(Math.max(declared, minTTL), maxTTL);
}

function errorSeconds({ status, headers }: Declared, policy: LayerPolicy, nowMilliseconds: number) {
  if (honoursNoStore.has(status) && forbidsKeeping(headers)) return 0;
  const declared = declaredSeconds(headers);
  const isKept = cachedErrors.has(status) || (cachedErrorsWhenTold.has(status) && declared !== undefined);
  if (!isKept) return 0;
  const told = Math.min(declared ?? expiresSeconds(headers, nowMilliseconds) ?? 0, policy.cachePolicy.maxTTL);
  return Math.max(policy.errorCachingMinTTL(status), told);
}

/**
 * Whether each of the requests that waited for this answer goes to the origin by itself ("Simultaneous requests for the
 * same object"): the minimum is 0, and the answer is private, no-store, no-cache, max-age=0 or s-maxage=0.
 */
export function preventsCollapsing({ status, headers }: Declared, { cachePolicy }: LayerPolicy): boolean {
  // An error that is kept in spite of them is shared as well.
  if (cachedErrors.has(status) && !honoursNoStore.has(status)) return false;
  return cachePolicy.minTTL === 0 && (forbidsKeeping(headers) || declaredSeconds(headers) === 0);
}

/**
 * Seconds after it has expired in which an answer may stand in for an error of the origin ("Serve stale content").
 *
 * Without the directive there is no limit but the maximum TTL, which counts from when the answer was stored.
 */
export function staleIfErrorSeconds({ headers }: Declared): number {
  return directiveSeconds(headers, "stale-if-error") ?? Number.POSITIVE_INFINITY;
}

function forbidsKeeping(headers: HeaderMap): boolean {
  return /(?:^|,)\s*(?:no-store|no-cache|private)\b/iu.test(headers["cache-control"] ?? "");
}

function declaredSeconds(headers: HeaderMap): number | undefined {
  return directiveSeconds(headers, "s-maxage") ?? directiveSeconds(headers, "max-age");
}

/** A date that cannot be read is in the past (RFC 9111 5.3). */
function expiresSeconds({ expires }: HeaderMap, nowMilliseconds: number): number | undefined {
  if (expires === undefined) return undefined;
  const milliseconds = Date.parse(expires);
  return Number.isNaN(milliseconds) ? 0 : Math.max(0, Math.floor((milliseconds - nowMilliseconds) / 1000));
}

function directiveSeconds(headers: HeaderMap, directive: keyof typeof directives): number | undefined {
  const match = directives[directive].exec(headers["cache-control"] ?? "");
  return match === null ? undefined : Number(match[1]);
}

const directives = {
  "max-age": /(?:^|,)\s*max-age="?(\d+)/iu,
  "s-maxage": /(?:^|,)\s*s-maxage="?(\d+)/iu,
  "stale-if-error": /(?:^|,)\s*stale-if-error="?(\d+)/iu,
} as const;

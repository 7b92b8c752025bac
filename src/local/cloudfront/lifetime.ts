/** How long CloudFront keeps an answer ("Manage how long content stays in the cache" and the error caching page). */

import type { HeaderMap } from "../../edge/event.ts";

/** What the distribution's settings say, in CloudFront's words. */
export interface LifetimePolicy {
  readonly minTtlSeconds: number;
  readonly defaultTtlSeconds: number;
  readonly maxTtlSeconds: number;
  readonly errorCachingMinTtlSeconds: number;
}

const alwaysCachedErrors = new Set([404, 414, 500, 501, 502, 503, 504]);
const cachedErrorsWhenTold = new Set([400, 403, 405, 412, 415]);
const honoursNoStore = new Set([404, 410, 414, 501]);

/** Seconds; 0 means that the answer is not kept. */
export function lifetimeSeconds(status: number, headers: HeaderMap, policy: LifetimePolicy): number {
  const cacheControl = headers["cache-control"] ?? "";
  const declared = directiveSeconds(cacheControl, "s-maxage") ?? directiveSeconds(cacheControl, "max-age");
  const isUnstorable = /(?:^|,)\s*(?:no-store|no-cache|private)\b/iu.test(cacheControl);
  if (status === 416) return 0;
  if (status < 400) {
    if (isUnstorable) return policy.minTtlSeconds;
    const wanted = declared ?? Math.max(policy.minTtlSeconds, policy.defaultTtlSeconds);
    return Math.min(Math.max(wanted, policy.minTtlSeconds), policy.maxTtlSeconds);
  }
  if (isUnstorable && honoursNoStore.has(status)) return 0;
  if (alwaysCachedErrors.has(status)) return Math.max(policy.errorCachingMinTtlSeconds, declared ?? 0);
  return cachedErrorsWhenTold.has(status) ? (declared ?? 0) : 0;
}

function directiveSeconds(cacheControl: string, directive: "max-age" | "s-maxage"): number | undefined {
  const match = directives[directive].exec(cacheControl);
  return match === null ? undefined : Number(match[1]);
}

const directives = {
  "max-age": /(?:^|,)\s*max-age=(\d+)/iu,
  "s-maxage": /(?:^|,)\s*s-maxage=(\d+)/iu,
} as const;

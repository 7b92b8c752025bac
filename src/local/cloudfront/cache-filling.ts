/** What a layer fetches, and what of it is kept. */

import type { CacheEntries, CacheEntry } from "./cache-entries.ts";
import { storable } from "./cache-entries.ts";
import type { Collapsible } from "./collapsing.ts";
import type { CacheLayerOptions, FetchedAnswer, LayerPolicy, LayerRequest } from "./layer.ts";
import { lifetimeSeconds, preventsCollapsing, staleIfErrorSeconds } from "./lifetime.ts";
import {
  conditionsOf,
  forwardsCookies,
  refreshedHeaders,
  validatorsOf,
  withoutConditions,
} from "./revalidation.ts";

/** What one request looks for. */
export interface Lookup {
  readonly request: LayerRequest;
  readonly policy: LayerPolicy;
  readonly key: string;
  /** Where a part is kept that the origin gives for this request's Range. */
  readonly partKey: string | undefined;
}

/** What came of it, not yet made into any viewer's own answer. */
export interface Landed extends Collapsible {
  readonly answer: FetchedAnswer;
  /** Whether it is what was kept before: still valid, or in place of an error. */
  readonly isFromCache: boolean;
}

type FillingParts = Pick<CacheLayerOptions, "fetch" | "nowMilliseconds"> & { readonly entries: CacheEntries };

export function createFilling({ entries, fetch, nowMilliseconds }: FillingParts) {
  return async function fill(lookup: Lookup): Promise<Landed> {
    const { request, policy, key } = lookup;
    const entry = entries.get(key);
    const validators = entry === undefined || forwardsCookies(request) ? {} : validatorsOf(entry.answer);
    const isRevalidation = Object.keys(validators).length > 0;
    const conditions = isRevalidation ? validators : conditionsOf(request);
    const fetched = await fetch(withoutConditions(request), conditions);

    if (entry !== undefined) {
      const isStillValid = isRevalidation && fetched.status === 304;
      const again = isStillValid ? refresh(lookup, entry, fetched) : keepStale(lookup, entry, fetched);
      if (again !== undefined) {
        const isCollapsible = !isStillValid || !preventsCollapsing(again, policy);
        return { answer: again, isFromCache: true, isWhole: true, isCollapsible };
      }
    }
    const keptUnder = isKept(fetched, request.method) ? keyOf(fetched, lookup) : undefined;
    const isOneViewers = !isRevalidation && answersConditions.has(fetched.status);
    return {
      answer: keptUnder === undefined ? fetched : keep(keptUnder, fetched, policy),
      isFromCache: false,
      isWhole: request.method !== "HEAD" && !isOneViewers,
      isCollapsible: !preventsCollapsing(fetched, policy),
    };
  };

  function refresh({ key, policy }: Lookup, { answer }: CacheEntry, notModified: FetchedAnswer) {
    const headers = refreshedHeaders(answer.headers, notModified.headers);
    const { ageSeconds = 0 } = notModified;
    return keep(key, { ...answer, headers, ageSeconds }, policy);
  }

  /** "The requested object is in the edge cache": it is served, and for the error caching minimum nobody asks again. */
  function keepStale({ key, policy }: Lookup, entry: CacheEntry, fetched: FetchedAnswer) {
    if (fetched.status < 500 || fetched.doNotCache === true || entry.answer.status >= 400) return undefined;
    const now = nowMilliseconds();
    const limit = Math.min(
      entry.storedAtMilliseconds + policy.cachePolicy.maxTTL * 1000,
      entry.expiresAtMilliseconds + staleIfErrorSeconds(entry.answer) * 1000,
    );
    if (now >= limit) return undefined;
    const freshUntilMilliseconds = Math.min(now + policy.errorCachingMinTTL(fetched.status) * 1000, limit);
    entries.set(key, { ...entry, freshUntilMilliseconds });
    return { ...entry.answer, ageSeconds: Math.floor((now - entry.storedAtMilliseconds) / 1000) };
  }

  /** Under a key whose newest answer may not be kept, an older one must not be found either. */
  function keep(key: string, fetched: FetchedAnswer, policy: LayerPolicy): FetchedAnswer {
    const now = nowMilliseconds();
    const answer = storable(fetched);
    const storedAtMilliseconds = now - (fetched.ageSeconds ?? 0) * 1000;
    const expiresAtMilliseconds = storedAtMilliseconds + lifetimeSeconds(fetched, policy, now) * 1000;
    if (expiresAtMilliseconds > now || mayStandIn(fetched, policy)) {
      const freshUntilMilliseconds = expiresAtMilliseconds;
      entries.set(key, { answer, storedAtMilliseconds, expiresAtMilliseconds, freshUntilMilliseconds });
    } else entries.delete(key);
    return { ...fetched, ...answer };
  }
}

/**
 * Whether an answer that is never fresh is kept all the same, to be revalidated and for when the origin fails.
 *
 * That is so with no-store, no-cache and private too: "if the origin is unreachable and the minimum or maximum TTL value
 * is greater than 0, CloudFront will serve the object that it got from the origin previously", but for stale-if-error=0.
 */
function mayStandIn(fetched: FetchedAnswer, { cachePolicy }: LayerPolicy): boolean {
  const isWholeSuccess = fetched.status < 400 && fetched.status !== 206;
  return isWholeSuccess && cachePolicy.maxTTL > 0 && staleIfErrorSeconds(fetched) > 0;
}

// They say nothing about the object, but about the copy, the range or the precondition of one viewer.
const answersConditions = new Set([206, 304, 412, 416]);

/** GET's whole answers and parts. HEAD shares GET's key: what has no body must not be kept under it. */
function isKept({ status, doNotCache }: FetchedAnswer, method: string): boolean {
  return doNotCache !== true && method !== "HEAD" && status !== 304;
}

function keyOf({ status }: FetchedAnswer, { request, key, partKey }: Lookup): string | undefined {
  if (status === 206) return partKey;
  const isOneViewers = status === 416 || (status === 412 && Object.keys(conditionsOf(request)).length > 0);
  return isOneViewers ? undefined : key;
}

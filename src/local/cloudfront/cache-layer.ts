/** One cache of CloudFront, at an edge location or as Origin Shield, in front of a function that fetches. */

import type { HeaderMap } from "../../edge/event.ts";
import { ifRangeHolds } from "../preconditions.ts";
import { type CacheEntry, createCacheEntries } from "./cache-entries.ts";
import { createFilling, type Landed } from "./cache-filling.ts";
import { cacheKey } from "./cache-key.ts";
import { createCollapsing } from "./collapsing.ts";
import { answerViewer } from "./conditional.ts";
import type {
  CacheLayer,
  CacheLayerOptions,
  FetchedAnswer,
  LayerAnswer,
  LayerPolicy,
  LayerRequest,
  OriginAnswer,
} from "./layer.ts";
import { conditionsOf, forwardsCookies, withoutConditions } from "./revalidation.ts";

/**
 * A layer answers as the viewer is answered: conditions and ranges are evaluated, and HEAD has no body.
 *
 * `fetch` gets the request without the headers that make it conditional or partial, and apart from it those that go to
 * the origin: the validators of what has expired, or on a miss the viewer's own. To put one layer behind another, put
 * them back among the headers.
 */
export function createCacheLayer(options: CacheLayerOptions): CacheLayer {
  const { name, policyOf, nowMilliseconds, fetch } = options;
  const entries = createCacheEntries(options.maxBytes);
  const fill = createFilling({ entries, fetch, nowMilliseconds });
  const collapse = createCollapsing<Landed>();

  return { answer, invalidate: (paths) => entries.invalidate(paths) };

  async function answer(request: LayerRequest): Promise<LayerAnswer> {
    if (!isCachedMethod(request)) {
      const fetched = await fetch(withoutConditions(request), conditionsOf(request));
      return { ...fetched, outcome: outcomeOf(fetched, "Miss"), ageSeconds: 0 };
    }
    const policy = policyOf(request);
    const key = cacheKey(request, policy.cachePolicy);
    const entry = entries.get(key);
    if (entry !== undefined && isFresh(entry)) return hit(entry, request);
    const partKey = partKeyOf(request, key);
    const part = entry === undefined && partKey !== undefined ? entries.get(partKey) : undefined;
    if (part !== undefined && isFresh(part) && isSameVersion(part, request)) return hit(part, request);

    const work = () => fill({ request, policy, key, partKey });
    if (!collapses(request, policy)) return deliver(request, await work(), false);
    const asked = { key, method: request.method, conditions: JSON.stringify(conditionsOf(request)) };
    const { landed, isShared } = await collapse(asked, work);
    return deliver(request, landed, isShared);
  }

  function isFresh({ freshUntilMilliseconds }: CacheEntry): boolean {
    return freshUntilMilliseconds > nowMilliseconds();
  }

  function hit({ answer: kept, storedAtMilliseconds }: CacheEntry, request: LayerRequest): LayerAnswer {
    const { status, statusDescription, headers, body } = isPlainGet(request)
      ? kept
      : view(kept, request, true);
    const ageSeconds = Math.max(0, Math.floor((nowMilliseconds() - storedAtMilliseconds) / 1000));
    const outcome = outcomeOf(kept, "Hit");
    // Written out twice: to spread an object costs more than all the rest of a hit.
    return statusDescription === undefined
      ? { status, headers, body, outcome, ageSeconds, fromLayer: name }
      : { status, statusDescription, headers, body, outcome, ageSeconds, fromLayer: name };
  }

  /** Who waited for another's request is served as from the cache, though nothing may have been kept. */
  function deliver(
    request: LayerRequest,
    { answer: landed, isFromCache }: Landed,
    isShared: boolean,
  ): LayerAnswer {
    const isFromHere = isFromCache || isShared;
    const fromLayer = isFromHere ? name : landed.fromLayer;
    return {
      ...view(landed, request, isFromHere),
      outcome: outcomeOf(landed, isShared ? "Hit" : isFromCache ? "RefreshHit" : "Miss"),
      ageSeconds: landed.ageSeconds ?? 0,
      ...(fromLayer !== undefined && { fromLayer }),
      ...(landed.doNotCache !== undefined && { doNotCache: landed.doNotCache }),
      ...(landed.madeBy !== undefined && !isShared && { madeBy: landed.madeBy }),
    };
  }
}

const empty = Buffer.alloc(0);

/** What has just come is served whole, where the origin has not cut it itself; from the cache it is cut to the Range. */
function view(answer: OriginAnswer, { method, headers }: LayerRequest, isFromCache: boolean): OriginAnswer {
  const areRangesServed = isFromCache && method === "GET";
  const { body = empty, ...seen } = answerViewer(answer, { method, headers, areRangesServed });
  const { statusDescription } = answer;
  const isSameStatus = seen.status === answer.status;
  return { ...(isSameStatus && statusDescription !== undefined && { statusDescription }), ...seen, body };
}

function isPlainGet({ method, headers }: LayerRequest): boolean {
  return method === "GET" && isUnconditional(headers);
}

function isUnconditional(headers: HeaderMap): boolean {
  return (
    headers.range === undefined &&
    headers["if-none-match"] === undefined &&
    headers["if-modified-since"] === undefined
  );
}

/** Always GET and HEAD, OPTIONS where the behavior says so ("CachedMethods"). */
function isCachedMethod({ method, behavior }: LayerRequest): boolean {
  return (
    method === "GET" || method === "HEAD" || (method === "OPTIONS" && behavior.cachedMethods.includes(method))
  );
}

function partKeyOf({ method, headers: { range } }: LayerRequest, key: string): string | undefined {
  return method === "GET" && range !== undefined ? `${key}\nrange ${range}` : undefined;
}

function isSameVersion({ answer }: CacheEntry, { headers }: LayerRequest): boolean {
  return ifRangeHolds(headers["if-range"], answer.headers);
}

/** Not with CachingDisabled. */
function collapses(request: LayerRequest, { cachePolicy }: LayerPolicy): boolean {
  return cachePolicy.maxTTL > 0 && !forwardsCookies(request);
}

function outcomeOf(
  { status }: FetchedAnswer,
  success: "Hit" | "RefreshHit" | "Miss",
): LayerAnswer["outcome"] {
  return status < 400 ? success : "Error";
}

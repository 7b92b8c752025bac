/** A cache of answers keyed by canonical path, bounded in bytes. */

import { LRUCache } from "lru-cache";
import type { HeaderMap } from "../../edge/event.ts";
import type { LayerPolicy } from "./layer.ts";
import { type LifetimePolicy, lifetimeSeconds } from "./lifetime.ts";

/** An answer as the origin side gave it; the body is whole. */
export interface OriginAnswer {
  readonly status: number;
  readonly headers: HeaderMap;
  readonly body: Buffer;
}

export interface CachedAnswer extends OriginAnswer {
  readonly storedAtMilliseconds: number;
  readonly freshUntilMilliseconds: number;
}

export interface Cache {
  /** Also an answer that is no longer fresh: it can still be revalidated. */
  get(path: string): CachedAnswer | undefined;
  /** Keeps the answer as long as it says; one that may not be kept replaces nothing. */
  put(path: string, answer: OriginAnswer, nowMilliseconds: number): CachedAnswer;
}

// Headers and the entry itself; an empty body must not make an entry free of charge.
const entryOverheadBytes = 2_048;

export function createCache(maxBytes: number, policy: LifetimePolicy): Cache {
  const entries = new LRUCache<string, CachedAnswer>({
    maxSize: maxBytes,
    sizeCalculation: ({ body }) => body.length + entryOverheadBytes,
  });
  const layerPolicy: LayerPolicy = {
    cachePolicy: {
      name: "serve",
      minTTL: policy.minTtlSeconds,
      defaultTTL: policy.defaultTtlSeconds,
      maxTTL: policy.maxTtlSeconds,
      enableAcceptEncodingGzip: false,
      enableAcceptEncodingBrotli: false,
      headers: { behavior: "none" },
      cookies: { behavior: "none" },
      queryStrings: { behavior: "none" },
    },
    errorCachingMinTTL: () => policy.errorCachingMinTtlSeconds,
  };
  return {
    get: (path) => entries.get(path),
    put(path, answer, nowMilliseconds) {
      const seconds = lifetimeSeconds(answer, layerPolicy, nowMilliseconds);
      const { status, body } = answer;
      const entry = {
        status,
        headers: { ...answer.headers, "content-length": String(body.length) },
        body,
        storedAtMilliseconds: nowMilliseconds,
        freshUntilMilliseconds: nowMilliseconds + seconds * 1000,
      };
      if (seconds > 0) entries.set(path, entry);
      return entry;
    },
  };
}

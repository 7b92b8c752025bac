/** What a layer keeps: whole answers and parts by cache key, bounded in bytes. */

import { LRUCache } from "lru-cache";
import { invalidationTarget } from "./cache-key.ts";
import { matchesPath } from "./invalidation.ts";
import type { OriginAnswer } from "./layer.ts";

export interface CacheEntry {
  /** As `storable` made it. */
  readonly answer: OriginAnswer;
  /** When it left the origin. */
  readonly storedAtMilliseconds: number;
  /** The end of its lifetime. */
  readonly expiresAtMilliseconds: number;
  /** Until when nobody asks the origin: the end of its lifetime, or later while the origin fails. */
  readonly freshUntilMilliseconds: number;
}

export interface CacheEntries {
  /** Also an entry that is no longer fresh: it can still be revalidated. */
  get(key: string): CacheEntry | undefined;
  set(key: string, entry: CacheEntry): void;
  delete(key: string): void;
  /** @param paths as an invalidation names them */
  invalidate(paths: readonly string[]): void;
}

// Headers and the entry itself; an empty body must not make an entry free of charge.
const entryOverheadBytes = 2_048;

export function createCacheEntries(maxBytes: number): CacheEntries {
  const entries = new LRUCache<string, CacheEntry>({
    maxSize: maxBytes,
    sizeCalculation: ({ answer }, key) => answer.body.length + key.length + entryOverheadBytes,
  });
  return {
    get: (key) => entries.get(key),
    set: (key, entry) => entries.set(key, entry),
    delete: (key) => entries.delete(key),
    invalidate(paths) {
      for (const key of [...entries.keys()]) {
        const target = invalidationTarget(key);
        if (paths.some((path) => matchesPath(path, target))) entries.delete(key);
      }
    },
  };
}

/**
 * The answer with its length among its headers, prepared once, so that every hit hands out the same frozen object.
 *
 * A body that is a part of a larger buffer is copied: it would hold on to all of that, which nobody has counted.
 */
export function storable({ status, statusDescription, headers, body }: OriginAnswer): OriginAnswer {
  const length = String(body.length);
  const isPart = body.buffer.byteLength - body.length > Buffer.poolSize;
  return {
    status,
    ...(statusDescription !== undefined && { statusDescription }),
    headers: Object.freeze(
      headers["content-length"] === length ? headers : { ...headers, "content-length": length },
    ),
    body: isPart ? Buffer.from(body) : body,
  };
}

/** The whole of imgseal on one machine: the edge handlers between two folders. */

import { availableParallelism } from "node:os";
import { describeError } from "../edge/log.ts";
import { originResponse } from "../edge/origin-response.ts";
import { viewerRequest } from "../edge/viewer-request.ts";
import { render } from "../images/render.ts";
import type { PresetTable } from "../presets/table.ts";
import type { SourceStore, Store } from "../store/store.ts";
import type { KeySet } from "../urls/key-set.ts";
import { createCache } from "./cloudfront/cache.ts";
import { createDistribution } from "./cloudfront/distribution.ts";
import type { LifetimePolicy } from "./cloudfront/lifetime.ts";
import type { ExchangeParts } from "./exchange.ts";
import type { WithLease } from "./lease-channel.ts";
import { originFetch } from "./origin.ts";
import { createRenderQueue } from "./render-queue.ts";

export interface ServiceOptions {
  readonly table: PresetTable;
  readonly keys: KeySet;
  readonly sources: SourceStore;
  readonly derivatives: Store;
  readonly pages: ExchangeParts["pages"];
  readonly writeLog?: ((line: string) => void) | undefined;
  /** How many processes share this machine and the stores; each takes its part of the cores and of the queue. */
  readonly processes?: number;
  readonly withLease?: WithLease;
  /** How many renders may wait for their turn before OVERLOADED. */
  readonly maxWaiting?: number;
  readonly nowMilliseconds?: () => number;
}

// Some 3,000 pictures of a page. What is not here is in the derivatives folder, and read in less than a millisecond.
const cacheBytes = 64 * 1024 * 1024;
const defaultMaxWaiting = 256;

// While one render waits for its source or is being answered, a core is free. Each one more holds a source and its
// pixels in memory.
const rendersBeyondCores = 1;

// The cache policy and the custom error responses of our distribution. minTTL is 0: with more, no-store is not honoured.
const policy: LifetimePolicy = {
  minTtlSeconds: 0,
  defaultTtlSeconds: 86_400,
  maxTtlSeconds: 31_536_000,
  errorCachingMinTtlSeconds: 1,
};

/** What a server needs to answer requests. */
export function createService(options: ServiceOptions): ExchangeParts {
  const { table, keys, sources, derivatives, processes = 1, nowMilliseconds = Date.now } = options;
  const parts = {
    table,
    keys,
    sources,
    derivatives,
    render,
    schedule: createRenderQueue({
      concurrency: Math.max(1, Math.floor((availableParallelism() + rendersBeyondCores) / processes)),
      maxWaiting: Math.ceil((options.maxWaiting ?? defaultMaxWaiting) / processes),
    }),
    nowMilliseconds,
  };
  return {
    distribution: createDistribution({
      viewerRequest: (event, log) => viewerRequest(event, { ...parts, log }),
      // Without s3:ListBucket, as the distribution's own role: a missing derivative is then a 403.
      origin: async (request) => {
        const {
          cause,
          body = Buffer.alloc(0),
          ...answer
        } = await originFetch(request, derivatives, {
          listBucket: false,
        });
        if (cause !== undefined) {
          options.writeLog?.(JSON.stringify({ outcome: "store-failure", message: describeError(cause) }));
        }
        return { ...answer, body };
      },
      originResponse: (event, log) => originResponse(event, { ...parts, log }),
      withLease: options.withLease,
      cache: createCache(Math.floor(cacheBytes / processes), policy),
      nowMilliseconds,
    }),
    cors: table.cors,
    pages: options.pages,
    nowMilliseconds,
    writeLog: options.writeLog,
  };
}

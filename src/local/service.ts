/** The whole of imgseal on one machine: the edge handlers between two folders. */

import type { CloudFrontRequestEvent, CloudFrontResponseEvent } from "aws-lambda";
import { describeError } from "../edge/log.ts";
import { originResponse } from "../edge/origin-response.ts";
import { viewerRequest } from "../edge/viewer-request.ts";
import { render } from "../images/render.ts";
import type { PresetTable } from "../presets/table.ts";
import type { SourceStore, Store } from "../store/store.ts";
import type { KeySet } from "../urls/key-set.ts";
import { assembleDistribution } from "./cloudfront/assembly.ts";
import { InvocationContext } from "./cloudfront/function-context.ts";
import { imgsealDistribution } from "./cloudfront/imgseal-distribution.ts";
import { type StartTimer, startSystemTimer } from "./cloudfront/timer.ts";
import type { ExchangeParts } from "./exchange.ts";
import type { WithLease } from "./lease-channel.ts";
import { originFetch } from "./origin.ts";
import { rendersAtOnce } from "./parallelism.ts";
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
  /** How many edge locations; each has a cache of its own. One unless said. */
  readonly pops?: number;
  /** Whether what CloudFront would refuse of a function's answer is refused here. True unless said. */
  readonly isStrict?: boolean;
  /** How many renders may wait for their turn before OVERLOADED. */
  readonly maxWaiting?: number;
  readonly nowMilliseconds?: () => number;
  /** Node's unless said. */
  readonly startTimer?: StartTimer;
}

// Some 1,500 pictures of a page. What is not here is in the derivatives folder, and read in half a millisecond.
const cacheBytes = 32 * 1024 * 1024;
const defaultMaxWaiting = 256;

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
      concurrency: rendersAtOnce(processes),
      maxWaiting: Math.ceil((options.maxWaiting ?? defaultMaxWaiting) / processes),
    }),
    nowMilliseconds,
  };
  return {
    distribution: assembleDistribution({
      description: imgsealDistribution,
      functions: {
        "viewer-request": {
          handler: (event: CloudFrontRequestEvent, context) =>
            viewerRequest(event, { ...parts, log: InvocationContext.logOf(context) }),
        },
        "origin-response": {
          handler: (event: CloudFrontResponseEvent, context) =>
            originResponse(event, { ...parts, log: InvocationContext.logOf(context) }),
        },
      },
      origin: async (request) => {
        const fetched = await originFetch(request, derivatives, request.access);
        const { cause, body = Buffer.alloc(0), ...answer } = fetched;
        if (cause !== undefined) {
          options.writeLog?.(JSON.stringify({ outcome: "store-failure", message: describeError(cause) }));
        }
        return { ...answer, body };
      },
      pops: popNames(options.pops ?? 1),
      isStrict: options.isStrict ?? true,
      cacheBytes: Math.floor(cacheBytes / processes),
      startTimer: options.startTimer ?? startSystemTimer,
      // Not origin-response: unlike a function of Lambda's, a render here may wait for its turn.
      timedEvents: ["viewer-request"],
      remembersDecisions: true,
      withLease: options.withLease,
      nowMilliseconds,
    }),
    cors: table.cors,
    pages: options.pages,
    nowMilliseconds,
    writeLog: options.writeLog,
  };
}

function popNames(count: number): [string, ...string[]] {
  const others = Array.from({ length: count - 1 }, (_, index) => `local-${index + 2}`);
  return [count === 1 ? "local" : "local-1", ...others];
}

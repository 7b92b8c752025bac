/** One distribution on this machine: viewer-request, cache, origin-request, origin, origin-response, cache, viewer-response. */

import type { HeaderMap } from "../../edge/event.ts";
import type { WithLease } from "../lease-channel.ts";
import { createCacheLayer } from "./cache-layer.ts";
import { requireValidDescription } from "./checked-description.ts";
import { createDecisions } from "./decisions.ts";
import { type DistributionDescription, type EventType, errorCachingMinTTL } from "./description.ts";
import type { CacheOutcome } from "./edge-headers.ts";
import type { ViewerRequest } from "./events.ts";
import { frozenCopy } from "./frozen.ts";
import { createFunctionRunner } from "./functions.ts";
import type { EdgeFunction } from "./invoke.ts";
import type { CacheLayer, Fetch, FunctionLogEntry, LayerRequest } from "./layer.ts";
import { createOriginSide, type OriginFetch } from "./origin-side.ts";
import type { StartTimer } from "./timer.ts";
import { createViewerSide } from "./viewer-side.ts";

export interface DistributionOptions {
  readonly description: DistributionDescription;
  /** By the names that the description's associations use. */
  readonly functions: Readonly<Record<string, EdgeFunction>>;
  readonly origin: OriginFetch;
  /** The edge locations, each with a cache of its own, at least one. */
  readonly pops: readonly [string, ...string[]];
  /** Of all caches together. */
  readonly cacheBytes: number;
  /** Absent: no function is ended for being slow. */
  readonly startTimer?: StartTimer | undefined;
  /** Where functions are ended for being slow, at all four events unless said. */
  readonly timedEvents?: readonly EventType[];
  /**
   * Without it, an answer that breaks a rule goes on where it can be read all the same, and the breach is logged. What
   * no answer can be made of is refused either way. Strict unless said.
   */
  readonly isStrict?: boolean;
  /**
   * Remembers what viewer-request let through. Only for a function whose result follows from method, URL, Accept and the
   * second on the clock, as imgseal's does: CloudFront runs it every time.
   */
  readonly remembersDecisions?: boolean;
  /** Keeps other processes over the same store from making what is missing at the same time. */
  readonly withLease?: WithLease | undefined;
  readonly nowMilliseconds: () => number;
}

/** An answer as the viewer gets it: conditions and ranges are evaluated. */
export interface DistributionAnswer {
  readonly status: number;
  readonly statusDescription?: string;
  /** The same frozen object at every hit that is answered alike. */
  readonly headers: HeaderMap;
  /** The cache's own bytes at a hit: not to be written to. */
  readonly body: Buffer | undefined;
  readonly cacheOutcome: CacheOutcome;
  readonly ageSeconds: number;
  readonly requestId: string;
  /** The location that answered. */
  readonly pop: string;
  /** What the functions logged for this very request, and what is wrong with them, in order. */
  readonly logged: readonly FunctionLogEntry[];
}

export interface Distribution {
  /** @param pop which of the locations the viewer is near to, counted from 0 */
  answer(viewer: ViewerRequest, pop?: number): Promise<DistributionAnswer>;
  /** Drops from every cache what an invalidation of these paths would. */
  invalidate(paths: readonly string[]): void;
}

/** @throws TypeError for a description that CloudFront would not take, with all that is wrong */
export function createDistribution(given: DistributionOptions): Distribution {
  requireValidDescription(given.description, Object.keys(given.functions));
  const options = { ...given, description: frozenCopy(given.description) };
  const { description, functions, pops, nowMilliseconds } = options;
  const runner = createFunctionRunner({
    description,
    functions,
    startTimer: options.startTimer,
    timedEvents: options.timedEvents,
    isStrict: options.isStrict,
    nowMilliseconds,
  });
  const { fetch, layers } = createLayers(options, createOriginSide({ ...options, runner }));
  const decisions = options.remembersDecisions === true ? createDecisions(nowMilliseconds) : undefined;
  const locations = pops.map((name) => {
    const layer = createLayer(name, fetch, options);
    layers.push(layer);
    return createViewerSide({ pop: name, description, runner, layer, decisions, nowMilliseconds });
  });
  return {
    answer(viewer, pop = 0) {
      const location = locations[pop];
      if (location === undefined)
        throw new RangeError(`expected a location below ${pops.length}, received ${pop}`);
      return location(viewer);
    },
    invalidate(paths) {
      for (const layer of layers) layer.invalidate(paths);
    },
  };
}

const shieldName = "Origin Shield";

/** The way from an edge location to the origin, through Origin Shield where the origin has one. */
function createLayers(
  options: DistributionOptions,
  originSide: Fetch,
): { fetch: Fetch; layers: CacheLayer[] } {
  const shielded = new Set(
    options.description.origins.filter(({ originShield }) => originShield).map(({ id }) => id),
  );
  if (shielded.size === 0) return { fetch: originSide, layers: [] };
  const shield = createLayer(shieldName, originSide, options);
  return {
    layers: [shield],
    fetch: (request, validators) =>
      shielded.has(request.behavior.targetOriginId)
        ? shield.answer({ ...request, headers: { ...request.headers, ...validators } })
        : originSide(request, validators),
  };
}

function createLayer(
  name: string,
  fetch: Fetch,
  { description, pops, cacheBytes, nowMilliseconds }: DistributionOptions,
): CacheLayer {
  return createCacheLayer({
    name,
    policyOf: createPolicyOf(description),
    maxBytes: Math.floor(cacheBytes / pops.length),
    nowMilliseconds,
    fetch,
  });
}

function createPolicyOf(description: DistributionDescription) {
  const behaviors = [description.defaultCacheBehavior, ...description.cacheBehaviors];
  const policies = new Map(
    behaviors.map((behavior) => [
      behavior,
      {
        cachePolicy: behavior.cachePolicy,
        errorCachingMinTTL: (status: number) => errorCachingMinTTL(description, status),
      },
    ]),
  );
  return ({ behavior }: LayerRequest) => {
    const policy = policies.get(behavior);
    if (policy === undefined) throw new TypeError("expected a behavior of the distribution");
    return policy;
  };
}

/** One distribution from its parts: viewer-request, cache, origin-request, origin, origin-response, cache, viewer-response. */

import type { WithLease } from "../lease-channel.ts";
import { createCacheLayer } from "./cache-layer.ts";
import { requireValidOptions } from "./checked-description.ts";
import { createDecisions } from "./decisions.ts";
import { type DistributionDescription, type EventType, errorCachingMinTTL } from "./description.ts";
import type { Distribution, DistributionOptions } from "./distribution.ts";
import { frozenCopy } from "./frozen.ts";
import { createFunctionRunner } from "./functions.ts";
import type { CacheLayer, Fetch, LayerRequest } from "./layer.ts";
import { createOriginSide } from "./origin-side.ts";
import { createViewerSide } from "./viewer-side.ts";

/** What `imgseal serve` asks for on top, to be cheaper and kinder than CloudFront. */
export interface AssemblyOptions extends DistributionOptions {
  /** Where functions are ended for being slow, at all four events unless said. */
  readonly timedEvents?: readonly EventType[];
  /**
   * Remembers what viewer-request let through. Only for a function whose result follows from method, URL, Accept and the
   * second on the clock, as imgseal's does: CloudFront runs it every time.
   */
  readonly remembersDecisions?: boolean;
  /** Keeps other processes over the same store from making what is missing at the same time. */
  readonly withLease?: WithLease | undefined;
}

/** @throws TypeError with all that is wrong */
export function assembleDistribution(given: AssemblyOptions): Distribution {
  requireValidOptions(given);
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
    pops,
    async answer(viewer, pop = 0) {
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
function createLayers(options: AssemblyOptions, originSide: Fetch): { fetch: Fetch; layers: CacheLayer[] } {
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
  { description, pops, cacheBytes, nowMilliseconds }: AssemblyOptions,
): CacheLayer {
  return createCacheLayer({
    name,
    policyOf: createPolicyOf(description),
    maxBytes: Math.floor(cacheBytes / (pops.length + (hasShield(description) ? 1 : 0))),
    nowMilliseconds,
    fetch,
  });
}

function hasShield({ origins }: DistributionDescription): boolean {
  return origins.some(({ originShield }) => originShield);
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

/** Requests and policies for the tests of cache layers, and an origin that is looked at. */

import type { HeaderMap } from "../../../src/edge/event.ts";
import { createCacheLayer } from "../../../src/local/cloudfront/cache-layer.ts";
import type { CacheBehavior, CachePolicy } from "../../../src/local/cloudfront/description.ts";
import type {
  CacheLayerOptions,
  FetchedAnswer,
  LayerPolicy,
  LayerRequest,
} from "../../../src/local/cloudfront/layer.ts";

export const ourCachePolicy: CachePolicy = {
  name: "images",
  minTTL: 0,
  defaultTTL: 86_400,
  maxTTL: 31_536_000,
  enableAcceptEncodingGzip: false,
  enableAcceptEncodingBrotli: false,
  headers: { behavior: "none" },
  cookies: { behavior: "none" },
  queryStrings: { behavior: "none" },
};

export function layerPolicy({
  errorCachingMinTTL = 1,
  ...changes
}: Partial<CachePolicy> & { readonly errorCachingMinTTL?: number } = {}): LayerPolicy {
  return { cachePolicy: { ...ourCachePolicy, ...changes }, errorCachingMinTTL: () => errorCachingMinTTL };
}

export function behaviorWith(cachePolicy: CachePolicy, changes: Partial<CacheBehavior> = {}): CacheBehavior {
  return {
    targetOriginId: "derivatives",
    viewerProtocolPolicy: "allow-all",
    allowedMethods: ["GET", "HEAD", "OPTIONS"],
    cachedMethods: ["GET", "HEAD"],
    compress: false,
    cachePolicy,
    lambdaFunctionAssociations: [],
    ...changes,
  };
}

export function layerRequest(changes: Partial<LayerRequest> = {}): LayerRequest {
  return {
    id: "id",
    clientIp: "192.0.2.1",
    method: "GET",
    uri: "/a",
    querystring: "",
    headers: {},
    behavior: behaviorWith(ourCachePolicy),
    log: () => {},
    ...changes,
  };
}

export interface Sent {
  readonly request: LayerRequest;
  readonly conditions: HeaderMap;
}

type Origin = (sent: Sent) => FetchedAnswer | Promise<FetchedAnswer>;

/** A layer with a frozen clock over an origin; `sent` is what the origin was asked. */
export function setUpLayer(origin: Origin, policy = layerPolicy(), options: Partial<CacheLayerOptions> = {}) {
  const sent: Sent[] = [];
  const clock = { milliseconds: 1_000_000 };
  const behavior = behaviorWith(policy.cachePolicy);
  const layer = createCacheLayer({
    name: "POP1",
    policyOf: () => policy,
    maxBytes: 1_000_000,
    nowMilliseconds: () => clock.milliseconds,
    fetch: async (request, conditions) => {
      sent.push({ request, conditions });
      return origin({ request, conditions });
    },
    ...options,
  });
  const ask = (changes: Partial<LayerRequest> = {}) => layer.answer(layerRequest({ behavior, ...changes }));
  const pass = (seconds: number) => {
    clock.milliseconds += seconds * 1000;
  };
  return { layer, ask, pass, sent, clock };
}

export function ok(text: string, headers: HeaderMap = { "cache-control": "max-age=60" }): FetchedAnswer {
  return { status: 200, headers, body: Buffer.from(text) };
}

export function failure(status: number, headers: HeaderMap = {}): FetchedAnswer {
  return { status, headers, body: Buffer.from(`error ${status}`) };
}

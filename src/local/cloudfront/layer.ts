/** The seam between the parts of a distribution: a cache layer is a function in front of another one. */

import type { HeaderMap } from "../../edge/event.ts";
import type { LogEntry } from "../../edge/log.ts";
import type { CacheBehavior, CachePolicy } from "./description.ts";
import type { FailureEntry } from "./failure.ts";

/** What the functions log for a request, and what CloudFront logs about the functions. */
export type FunctionLogEntry = LogEntry | FailureEntry;
export type FunctionLog = (entry: FunctionLogEntry) => void;

/** A request after viewer-request, on its way to the origin. */
export interface LayerRequest {
  readonly id: string;
  readonly clientIp: string;
  readonly method: string;
  /** Raw, percent-encoded. */
  readonly uri: string;
  /** Without the question mark. */
  readonly querystring: string;
  /** Lower-case names, one value each; all that the viewer sent and viewer-request set. */
  readonly headers: HeaderMap;
  /** Chosen from the uri that the viewer sent. */
  readonly behavior: CacheBehavior;
  /** Where functions log that run on behalf of this request. */
  readonly log: FunctionLog;
}

/** An answer as the origin side gave it; the body is whole. */
export interface OriginAnswer {
  readonly status: number;
  readonly statusDescription?: string;
  /** Several values of a name are joined by ", ", those of `set-cookie` by a line feed, which no value can hold. */
  readonly headers: HeaderMap;
  readonly body: Buffer;
}

export interface FetchedAnswer extends OriginAnswer {
  /** No layer may keep it. */
  readonly doNotCache?: boolean;
  /** Who made it, when it was not the origin: a layer hands it on with the answer that it has just fetched. */
  readonly madeBy?: "LambdaGeneratedResponse" | "LambdaValidationError" | "LambdaExecutionError";
  /** Seconds since it left the origin, where a layer behind had kept it: they count against its lifetime (RFC 9111 4.2.3). */
  readonly ageSeconds?: number;
  /** The name of the layer that had it; absent when no layer had. */
  readonly fromLayer?: string;
}

export interface LayerAnswer extends FetchedAnswer {
  /** In CloudFront's words for `x-cache`. */
  readonly outcome: "Hit" | "RefreshHit" | "Miss" | "Error";
  /** Seconds since the answer was stored, 0 when it has just come. */
  readonly ageSeconds: number;
}

/**
 * What is behind a layer: the origin side, or another layer's `answer`.
 *
 * @param validators `if-none-match`, `if-modified-since` and the like, to be sent on with the request
 */
export type Fetch = (request: LayerRequest, validators: HeaderMap) => Promise<FetchedAnswer>;

export interface LayerPolicy {
  readonly cachePolicy: CachePolicy;
  /** Seconds. */
  errorCachingMinTTL(status: number): number;
}

export interface CacheLayerOptions {
  readonly name: string;
  readonly policyOf: (request: LayerRequest) => LayerPolicy;
  readonly maxBytes: number;
  readonly nowMilliseconds: () => number;
  readonly fetch: Fetch;
}

export interface CacheLayer {
  answer(request: LayerRequest): Promise<LayerAnswer>;
  /** @param paths as an invalidation names them: each begins with `/`, and may end with `*` */
  invalidate(paths: readonly string[]): void;
}

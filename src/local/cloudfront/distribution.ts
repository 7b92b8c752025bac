/** A distribution on this machine, as whoever runs functions of their own is given it. */

import type { HeaderMap } from "../../edge/event.ts";
import { assembleDistribution } from "./assembly.ts";
import type { DistributionDescription } from "./description.ts";
import type { CacheOutcome } from "./edge-headers.ts";
import type { ViewerRequest } from "./events.ts";
import type { EdgeFunction } from "./invoke.ts";
import type { FunctionLogEntry } from "./layer.ts";
import type { OriginFetch } from "./origin-failure.ts";
import type { StartTimer } from "./timer.ts";

export interface DistributionOptions {
  readonly description: DistributionDescription;
  /** By the names that the description's associations use. */
  readonly functions: Readonly<Record<string, EdgeFunction>>;
  /** What it throws or rejects with is an origin that cannot be reached: 502, and 504 for a time-out. */
  readonly origin: OriginFetch;
  /** The edge locations, each with a cache of its own, at least one. */
  readonly pops: readonly [string, ...string[]];
  /** Of all caches together. */
  readonly cacheBytes: number;
  /** Absent: no function is ended for being slow. */
  readonly startTimer?: StartTimer | undefined;
  /**
   * Without it, an answer that breaks a rule goes on where it can be read all the same, and the breach is logged. What
   * no answer can be made of is refused either way. Strict unless said.
   */
  readonly isStrict?: boolean;
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
  /** The cache that had it, a location's or Origin Shield's; absent where none had. */
  readonly fromLayer?: string;
  readonly requestId: string;
  /** The location that answered. */
  readonly pop: string;
  /** What the functions logged for this very request, and what is wrong with them, in order. */
  readonly logged: readonly FunctionLogEntry[];
}

export interface Distribution {
  /** The edge locations by name, as `answer` counts them. */
  readonly pops: readonly string[];
  /**
   * Whatever origin and functions do becomes an answer. Rejects with a TypeError for what is no request, and with a
   * RangeError for a location that is not there.
   *
   * @param pop which of the locations the viewer is near to, counted from 0
   */
  answer(viewer: ViewerRequest, pop?: number): Promise<DistributionAnswer>;
  /** Drops from every cache what an invalidation of these paths would. */
  invalidate(paths: readonly string[]): void;
}

/** @throws TypeError for a description or for functions that CloudFront would not take, with all that is wrong */
export function createDistribution(options: DistributionOptions): Distribution {
  return assembleDistribution(options);
}

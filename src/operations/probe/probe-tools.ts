/** What a check is given, and what it tells. */

import type { Ask, RawReply } from "./raw-request.ts";

export interface ProbeTools {
  readonly ask: Ask;
  /** Asks another edge location of the same distribution; absent: nobody said where one is. */
  readonly askSecond?: Ask | undefined;
  /** Invalidates one path, and is done when that is; absent: nobody said how. */
  readonly invalidate?: ((path: string) => Promise<void>) | undefined;
  /** A signed target, `/preset/source?...`; another version is a picture that nobody asked for before. */
  sign(version: string): Promise<string>;
  wait(milliseconds: number): Promise<void>;
  readonly nowMilliseconds: () => number;
  /** What makes this run's versions and paths its own. */
  readonly runId: string;
}

/** What was seen, in words; `held` is absent where the answer was neither. */
export interface Seen {
  readonly held?: boolean;
  readonly seen: string;
}

/** A reply in short. */
export function words({ status, outcome }: RawReply): string {
  return outcome === "" ? String(status) : `${status} ${outcome}`;
}

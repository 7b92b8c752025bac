/** What viewer-request decided about a URL, remembered within one second. */

import type { LogEntry } from "../../edge/log.ts";
import type { ReceivedRequest } from "./events.ts";

/** A request that was let through. */
export interface Decision {
  readonly canonicalPath: string;
  readonly logged: readonly LogEntry[];
}

export interface Decisions {
  recall(viewer: ReceivedRequest): Decision | undefined;
  /** Keeps nothing when the second in which viewer-request was asked is over: it may have decided by that one. */
  remember(viewer: ReceivedRequest, decision: Decision, askedMilliseconds: number): void;
}

// The first URLs of a second: those that are asked for often are among them, and a crowd of others costs nothing more.
const maxDecisions = 5_000;

// A header of many kilobytes in every key would make the memory as large as its sender likes.
const maxKeyLength = 2_048;

/**
 * Nothing is trusted longer than viewer-request itself would trust it: for GET and HEAD its answer follows from method,
 * URL, Accept and the second on the clock (expiries are whole seconds), and all four are compared. Refusals are never
 * remembered.
 */
export function createDecisions(nowMilliseconds: () => number): Decisions {
  let decisions = new Map<string, Decision>();
  let second = 0;

  function forgetOtherSeconds(): void {
    const now = secondOf(nowMilliseconds());
    if (now === second) return;
    second = now;
    decisions = new Map();
  }

  return {
    recall(viewer) {
      forgetOtherSeconds();
      return decisions.get(keyOf(viewer));
    },
    remember(viewer, decision, askedMilliseconds) {
      forgetOtherSeconds();
      if (secondOf(askedMilliseconds) !== second || decisions.size >= maxDecisions) return;
      const key = keyOf(viewer);
      if (key.length <= maxKeyLength) decisions.set(key, decision);
    },
  };
}

function secondOf(milliseconds: number): number {
  return Math.floor(milliseconds / 1000);
}

// A line break can be in none of the three.
function keyOf({ method, path, queryString, headers }: ReceivedRequest): string {
  return `${method} ${path}?${queryString}\n${headers.accept ?? ""}`;
}

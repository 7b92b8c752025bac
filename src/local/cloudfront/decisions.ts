/** What viewer-request decided about a URL, remembered within one second. */

import { LRUCache } from "lru-cache";
import type { LogEntry } from "../../edge/log.ts";
import type { ViewerRequest } from "./events.ts";

/** A request that was let through. */
export interface Decision {
  readonly canonicalPath: string;
  readonly logged: readonly LogEntry[];
}

export interface Decisions {
  recall(viewer: ViewerRequest): Decision | undefined;
  remember(viewer: ViewerRequest, decision: Decision): void;
}

interface Remembered extends Decision {
  readonly second: number;
}

const maxDecisions = 10_000;

// A header of many kilobytes in every key would make the memory as large as its sender likes.
const maxKeyLength = 2_048;

/**
 * Nothing is trusted longer than viewer-request itself would trust it: for GET and HEAD its answer follows from method,
 * URL, Accept and the second on the clock (expiries are whole seconds), and all four are compared. Refusals are never
 * remembered.
 */
export function createDecisions(nowMilliseconds: () => number): Decisions {
  const decisions = new LRUCache<string, Remembered>({ max: maxDecisions });
  const currentSecond = () => Math.floor(nowMilliseconds() / 1000);
  return {
    recall(viewer) {
      const decision = decisions.get(keyOf(viewer));
      return decision?.second === currentSecond() ? decision : undefined;
    },
    remember(viewer, decision) {
      const key = keyOf(viewer);
      if (key.length <= maxKeyLength) decisions.set(key, { ...decision, second: currentSecond() });
    },
  };
}

// A line break can be in none of the three.
function keyOf({ method, path, queryString, headers }: ViewerRequest): string {
  return `${method} ${path}?${queryString}\n${headers.accept ?? ""}`;
}

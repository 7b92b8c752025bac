/** How much runs at once on this machine. */

import { availableParallelism } from "node:os";

// While a render waits for its source, for its turn on the event loop or to be kept, a core is free. Each one more holds a
// source and its pixels in memory.
const rendersBeyondCores = 2;

/** @param processes that share the machine; each takes its part */
export function rendersAtOnce(processes: number): number {
  return Math.max(1, Math.floor((availableParallelism() + rendersBeyondCores) / processes));
}

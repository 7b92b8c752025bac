/** Renders bounded by cores, with a bounded queue behind them. */

import PQueue from "p-queue";
import { ImgsealError } from "../errors.ts";
import { untilOver } from "../images/time-budget.ts";
import type { Room } from "../store/store.ts";
import { createRoom } from "./source-room.ts";

export interface RenderQueueOptions {
  /** How many sources are held in memory and rendered at once. */
  readonly concurrency: number;
  /** How many more may wait. */
  readonly maxWaiting: number;
}

/**
 * A scheduler for `originResponse`: runs the work when its turn comes, and lends it room for its source.
 *
 * A render that runs out of time is answered at once, and keeps its turn until libvips has let go of it.
 *
 * @throws ImgsealError OVERLOADED, at once, when as many are waiting as may wait
 */
export function createRenderQueue({ concurrency, maxWaiting }: RenderQueueOptions) {
  const queue = new PQueue({ concurrency });
  const free: Room[] = [];
  return async function schedule<T>(work: (room: Room) => Promise<T>): Promise<T> {
    if (queue.pending >= concurrency && queue.size >= maxWaiting) {
      throw new ImgsealError(
        "OVERLOADED",
        `${queue.pending} renders are running and ${queue.size} are waiting`,
      );
    }
    return new Promise((resolve, reject) => {
      queue.add(async () => {
        const room = free.pop() ?? createRoom();
        try {
          resolve(await work(room));
          // Only after success: where something failed, something else may still be reading, and the room is given up.
          free.push(room);
        } catch (failure) {
          reject(failure);
          await untilOver(failure);
        }
      });
    });
  };
}

/** Waiting for what has already arrived. */

import { setImmediate as afterPolling, setTimeout as delay } from "node:timers/promises";

const turnMilliseconds = 20;

/**
 * Lets the event loop turn so many times, 20 ms or more each, and look in each turn for what has arrived.
 *
 * Time alone promises nothing: in a process that got no processor meanwhile, a timer fires before the kernel is asked
 * for connections, bytes and messages. What waits for `setImmediate` comes after that.
 */
export async function turnEventLoop(turns: number): Promise<void> {
  for (let turn = 0; turn < turns; turn += 1) {
    await delay(turnMilliseconds);
    await afterPolling();
  }
}

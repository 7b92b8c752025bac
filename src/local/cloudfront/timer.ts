/** The timers that end slow functions, which nearly all requests put away at once. */

/** Calls back after that time; returns what cancels it. */
export type StartTimer = (callback: () => void, milliseconds: number) => () => void;

interface Waiting {
  callback: (() => void) | undefined;
  readonly milliseconds: number;
  timer?: NodeJS.Timeout;
}

let waiting: Waiting[] = [];

/**
 * Node's timer, begun only when it was not cancelled within the same turn of the event loop: a function that waits for
 * nothing has returned by then, and is spared the timer. The others get that much more time.
 */
export const startSystemTimer: StartTimer = (callback, milliseconds) => {
  const entry: Waiting = { callback, milliseconds };
  if (waiting.push(entry) === 1) setImmediate(beginAll);
  return () => {
    entry.callback = undefined;
    clearTimeout(entry.timer);
  };
};

function beginAll(): void {
  const begun = waiting;
  waiting = [];
  for (const entry of begun) {
    const { callback, milliseconds } = entry;
    if (callback !== undefined) entry.timer = setTimeout(callback, milliseconds);
  }
}

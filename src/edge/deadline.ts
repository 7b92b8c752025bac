/** One event's time: an origin event is ended after 30 s ("Quotas on Lambda@Edge"), and then nobody is told why. */

// A little less than the quota, for starting up and for answering.
const eventMilliseconds = 27_000;

// Kept back for the write: a picture that was rendered and not kept is rendered again.
const writeMilliseconds = 5_000;

export interface Deadline {
  /** What a rendering may take at most, from now; whole seconds, at least one. */
  renderSeconds(): number;
  /** Aborts when the event's time is over; always the same one. */
  signal(): AbortSignal;
}

/** Begins now. */
export function startDeadline(nowMilliseconds: () => number): Deadline {
  const end = nowMilliseconds() + eventMilliseconds;
  const left = () => Math.max(0, end - nowMilliseconds());
  let signal: AbortSignal | undefined;
  return {
    renderSeconds: () => Math.max(1, Math.floor((left() - writeMilliseconds) / 1000)),
    signal() {
      signal ??= AbortSignal.timeout(left());
      return signal;
    },
  };
}

/** Waiting for the signal to stop. */

const signals = ["SIGTERM", "SIGINT"] as const;

// A terminal sends SIGINT to npm and to us, and npm passes its own on: that second one is no second wish.
const echoMilliseconds = 500;

/** Resolves at the first SIGTERM or SIGINT; a later one has its usual effect and ends the process at once. */
export function untilSignalled(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    const stop = (signal: NodeJS.Signals) => {
      resolve(signal);
      setTimeout(() => {
        for (const name of signals) process.off(name, stop);
      }, echoMilliseconds).unref();
    };
    for (const name of signals) process.on(name, stop);
  });
}

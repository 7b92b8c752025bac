/** The grant of a page: fetched when it is needed first, and again before it expires. */

import { misuse } from "./misuse.ts";

export interface GrantHolder {
  /** The token, while it is good. */
  token(): string | undefined;
  /** Asks for a grant if there is none, or if it is about to expire. */
  refreshIfDue(): void;
  stop(): void;
}

/** Seconds after which to ask again, when asking was in vain. */
const retrySeconds = 30;

/** About 24 days; a longer timer fires at once. */
const longestTimerMilliseconds = 2 ** 31 - 1;

/**
 * @param onGrant called whenever there is a new token
 * @param onError called with whatever `fetchGrant` throws
 */
export function holdGrant(
  fetchGrant: () => string | Promise<string>,
  onGrant: () => void,
  onError: (error: unknown) => void,
): GrantHolder {
  let token: string | undefined;
  let goodUntil = 0;
  let dueAt = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isAsking = false;
  let isStopped = false;

  async function refresh(): Promise<void> {
    isAsking = true;
    let waitSeconds = retrySeconds;
    try {
      const fresh = await fetchGrant();
      const secondsLeft = expiryOf(fresh) - Date.now() / 1000;
      // A grant that comes expired means that this machine's clock is wrong; asking at once would ask for ever.
      if (secondsLeft > 5) waitSeconds = (secondsLeft * 7) / 8;
      goodUntil = Date.now() + Math.max(secondsLeft, waitSeconds) * 1000;
      token = fresh;
    } catch (error) {
      if (!isStopped) onError(error);
    }
    isAsking = false;
    if (isStopped) return;
    dueAt = Date.now() + waitSeconds * 1000;
    wait();
    if (token !== undefined) onGrant();
  }

  function wait(): void {
    const milliseconds = dueAt - Date.now();
    if (milliseconds <= 0) refreshIfDue();
    else timer = setTimeout(wait, Math.min(milliseconds, longestTimerMilliseconds));
  }

  function refreshIfDue(): void {
    if (isAsking || isStopped || Date.now() < dueAt) return;
    clearTimeout(timer);
    void refresh();
  }

  return {
    token: () => (Date.now() < goodUntil ? token : undefined),
    refreshIfDue,
    stop() {
      isStopped = true;
      clearTimeout(timer);
    },
  };
}

/** Unix seconds. Nothing is verified: that is for whom the token is shown to. */
function expiryOf(token: unknown): number {
  try {
    const [, payload = ""] = String(token).split(".");
    const { exp } = JSON.parse(atob(payload.replaceAll("-", "+").replaceAll("_", "/")));
    if (typeof exp === "number") return exp;
  } catch {
    // Falls through: whatever the callback gave, it is no token.
  }
  // What came may well be a token of another kind.
  return misuse("grant", "a token that a signer's grant made", typeof token);
}

/** The grant of a page: fetched when it is needed first, and again before it expires. */

import { misuse } from "./misuse.ts";

export interface GrantHolder {
  /** The token, while it is good. */
  token(): string | undefined;
  /** Asks for a grant if there is none, or if it is about to expire. */
  refreshIfDue(): void;
  stop(): void;
}

/** When to ask again that was in vain. */
const retryMilliseconds = 30_000;

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
  /** Never, while it is being asked for and once all is over. */
  let dueAt = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isStopped = false;

  async function refresh(): Promise<void> {
    clearTimeout(timer);
    dueAt = Infinity;
    let wait = retryMilliseconds;
    try {
      const fresh = await fetchGrant();
      const left = expiryOf(fresh) * 1000 - Date.now();
      // A grant that comes expired means that this machine's clock is wrong; asking at once would ask for ever.
      if (left > 5000) wait = Math.min((left * 7) / 8, longestTimerMilliseconds);
      goodUntil = Date.now() + Math.max(left, wait);
      token = fresh;
    } catch (error) {
      if (!isStopped) onError(error);
    }
    if (isStopped) return;
    dueAt = Date.now() + wait;
    timer = setTimeout(refresh, wait);
    if (token) onGrant();
  }

  return {
    token: () => (Date.now() < goodUntil ? token : undefined),
    refreshIfDue() {
      if (Date.now() >= dueAt) void refresh();
    },
    stop() {
      isStopped = true;
      dueAt = Infinity;
      clearTimeout(timer);
    },
  };
}

/** Unix seconds. Nothing is verified: that is for whom the token is shown to. */
function expiryOf(token: string): number {
  try {
    const [, claims = ""] = `${token}`.split(".");
    const { exp } = JSON.parse(atob(claims.replace(/-/g, "+").replace(/_/g, "/")));
    if (exp > 0) return exp;
  } catch {
    // Falls through: whatever the callback gave, it is no token.
  }
  // What came may well be a token of another kind.
  return misuse("grant", "a signer's grant", token, 0);
}

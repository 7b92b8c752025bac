/// <reference lib="dom" />
/** The grant of a page, for frameworks: held while something of theirs is mounted. */

import { holdGrant } from "./grant-holder.ts";

/** Fetches a grant from the page's own back end. */
export type FetchGrant = () => string | Promise<string>;

/**
 * Asks for a grant now, again before it expires, and when a page is looked at whose machine slept over it.
 *
 * @returns a function that ends it
 */
export function keepGrant(
  fetchGrant: FetchGrant,
  onToken: (token: string | undefined) => void,
  onError: (error: unknown) => void,
): () => void {
  const holder = holdGrant(fetchGrant, () => onToken(holder.token()), onError);
  document.addEventListener("visibilitychange", holder.refreshIfDue);
  holder.refreshIfDue();
  return () => {
    document.removeEventListener("visibilitychange", holder.refreshIfDue);
    holder.stop();
  };
}

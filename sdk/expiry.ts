/** Lifetimes, and expiries rounded to windows. */

import { parseQuantity } from "../src/presets/units.ts";
import { isPositiveInteger, misuse } from "./misuse.ts";

/** When a URL or a grant ends. */
export interface ExpiryOptions {
  /**
   * Seconds, or a text such as `1h`; rounded to a window. `"never"`: without an expiry. Left out, it is the signer's
   * `lifetime`, and without one there is no expiry.
   */
  readonly expiresIn?: number | string;
  /** The exact moment, for a single link; for pages `expiresIn` is better. Never both. */
  readonly expiresAt?: Date;
}

/** What an expiry depends on beside the options. */
export interface ExpiryContext {
  readonly nowSeconds: number;
  /** Where the options say nothing. */
  readonly lifetimeSeconds: number | undefined;
  readonly requireExpiry: boolean;
  readonly maxLifetimeSeconds?: number;
  /** Unix seconds at which the signing key is over, and with it whatever it signed. */
  readonly keyEnds?: number;
}

/** Half of what the twelve digits of `exp` can say: now and a lifetime together stay within them. */
const longestLifetimeSeconds = 499_999_999_999;

/**
 * The expiry that options ask for, in unix seconds; `undefined` for none.
 *
 * @throws TypeError for one that the edge would refuse
 */
export function resolveExpiry(
  { expiresIn, expiresAt }: ExpiryOptions,
  { nowSeconds, lifetimeSeconds, requireExpiry, maxLifetimeSeconds, keyEnds = Infinity }: ExpiryContext,
): number | undefined {
  if (expiresAt !== undefined) {
    if (expiresIn !== undefined) misuse("expiresAt", "none beside expiresIn", expiresAt);
    const exp = exactExpiry(expiresAt, nowSeconds, maxLifetimeSeconds);
    return exp <= keyEnds
      ? exp
      : misuse("expiresAt", `a Date up to the end of the signing key, ${keyEnds}`, exp);
  }
  const wanted = expiresIn === undefined ? lifetimeSeconds : expiresIn;
  if (wanted === undefined || wanted === "never") {
    return requireExpiry
      ? misuse("expiresIn", "a lifetime, because an expiry is required", expiresIn)
      : undefined;
  }
  const seconds = parseLifetime("expiresIn", wanted, maxLifetimeSeconds);
  return Math.min(roundedExpiry(nowSeconds, seconds, maxLifetimeSeconds), keyEnds);
}

/**
 * Seconds, from a number of seconds or a text such as `90s`, `15m`, `1.5h`, `7d`, with the units of presets.yaml.
 *
 * @throws TypeError
 */
export function parseLifetime(option: string, lifetime: unknown, maxLifetimeSeconds = Infinity): number {
  const seconds = typeof lifetime === "string" ? parseQuantity("seconds", lifetime) : lifetime;
  if (!isPositiveInteger(seconds) || seconds > longestLifetimeSeconds) {
    const expected = 'a whole number of seconds above 0 or a text such as "90s", "15m", "1h", "7d"';
    return misuse(option, expected, lifetime);
  }
  if (seconds <= maxLifetimeSeconds) return seconds;
  return misuse(option, `at most ${maxLifetimeSeconds} seconds`, lifetime);
}

/**
 * The expiry of a URL that ends at a given moment, to the second.
 *
 * @throws TypeError when the moment is past, or lies further ahead than `maxLifetimeSeconds`
 */
function exactExpiry(expiresAt: unknown, nowSeconds: number, maxLifetimeSeconds?: number): number {
  const exp = expiresAt instanceof Date ? Math.floor(expiresAt.getTime() / 1000) : Number.NaN;
  const latest = nowSeconds + (maxLifetimeSeconds ?? longestLifetimeSeconds);
  if (exp > nowSeconds && exp <= latest) return exp;
  const limit = maxLifetimeSeconds === undefined ? "" : `, at most ${maxLifetimeSeconds} seconds ahead`;
  const received = expiresAt instanceof Date && !Number.isNaN(exp) ? expiresAt.toISOString() : expiresAt;
  return misuse("expiresAt", `a Date in the future${limit}`, received);
}

/**
 * An expiry at least `lifetimeSeconds` ahead that stays the same for a while (1/8 of the lifetime, at least
 * 60 s), so that pages rendered within that window hold byte-identical URLs and browsers reuse what they
 * have.
 *
 * Never past `maxLifetimeSeconds`, beyond which the edge refuses the URL: where rounding up would pass it,
 * the expiry is rounded down instead and the lifetime falls short by up to 1/8. Cut off exactly at the
 * limit, it would differ every second.
 */
function roundedExpiry(nowSeconds: number, lifetimeSeconds: number, maxLifetimeSeconds = Infinity): number {
  const eighth = Math.max(1, Math.floor(lifetimeSeconds / 8));
  const up = roundUp(nowSeconds + lifetimeSeconds, Math.max(60, eighth));
  const latest = nowSeconds + maxLifetimeSeconds;
  return up <= latest ? up : latest - (latest % eighth);
}

function roundUp(value: number, step: number): number {
  return Math.ceil(value / step) * step;
}

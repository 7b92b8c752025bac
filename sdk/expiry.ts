/** Lifetimes, and expiries rounded to windows. */

import { parseQuantity } from "../src/presets/units.ts";
import { misuse } from "./misuse.ts";

/** Half of what the twelve digits of `exp` can say: now and a lifetime together stay within them. */
const longestLifetimeSeconds = 499_999_999_999;

/**
 * Seconds, from a number of seconds or a text such as `90s`, `15m`, `1.5h`, `7d`, with the units of presets.yaml.
 *
 * @throws TypeError
 */
export function parseLifetime(expiresIn: unknown): number {
  const seconds = typeof expiresIn === "string" ? parseQuantity("seconds", expiresIn) : expiresIn;
  if (isPositiveInteger(seconds) && seconds <= longestLifetimeSeconds) return seconds;
  return misuse(
    "expiresIn",
    'a whole number of seconds above 0 or a text such as "90s", "15m", "1h", "7d"',
    expiresIn,
  );
}

function isPositiveInteger(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value > 0;
}

/**
 * The expiry of a URL that ends at a given moment, to the second.
 *
 * @throws TypeError when the moment is past, or lies further ahead than `maxLifetimeSeconds`
 */
export function exactExpiry(expiresAt: unknown, nowSeconds: number, maxLifetimeSeconds?: number): number {
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
export function roundedExpiry(
  nowSeconds: number,
  lifetimeSeconds: number,
  maxLifetimeSeconds = Infinity,
): number {
  const eighth = Math.max(1, Math.floor(lifetimeSeconds / 8));
  const up = roundUp(nowSeconds + lifetimeSeconds, Math.max(60, eighth));
  const latest = nowSeconds + maxLifetimeSeconds;
  return up <= latest ? up : latest - (latest % eighth);
}

function roundUp(value: number, step: number): number {
  return Math.ceil(value / step) * step;
}

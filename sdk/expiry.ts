/** Lifetimes, and expiries rounded to windows. */

import type { PresetTable } from "../src/presets/table.ts";
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

/** Half of what the twelve digits of `exp` can say: now and a lifetime together stay within them. */
const longestLifetimeSeconds = 499_999_999_999;

/**
 * The expiry that options ask for, in unix seconds; `undefined` for none.
 *
 * @param lifetime where the options say nothing
 * @param keyEnds unix seconds at which the signing key is over, and with it whatever it signed
 * @throws TypeError for one that the edge would refuse
 */
export function resolveExpiry(
  { expiresIn, expiresAt }: ExpiryOptions,
  lifetime: number | undefined,
  { requireExpiry, maxLifetimeSeconds }: PresetTable["signing"],
  now: number,
  keyEnds = Infinity,
): number | undefined {
  if (expiresAt !== undefined) {
    if (expiresIn !== undefined) misuse("expiresAt", "none beside expiresIn", expiresAt);
    const exp = exactExpiry(expiresAt, now, maxLifetimeSeconds);
    return exp <= keyEnds ? exp : misuse("expiresAt", `none after the signing key's end, ${keyEnds}`, exp);
  }
  const wanted = expiresIn === undefined ? lifetime : expiresIn;
  if (wanted === undefined || wanted === "never") {
    if (requireExpiry) misuse("expiresIn", "a lifetime, because an expiry is required", expiresIn);
    return undefined;
  }
  const seconds = parseLifetime("expiresIn", wanted, maxLifetimeSeconds);
  return Math.min(roundedExpiry(now, seconds, maxLifetimeSeconds), keyEnds);
}

/**
 * Seconds, from a number of seconds or a text such as `90s`, `15m`, `1.5h`, `7d`, with the units of presets.yaml.
 *
 * @throws TypeError
 */
export function parseLifetime(option: string, lifetime: unknown, max = longestLifetimeSeconds): number {
  const seconds = typeof lifetime === "string" ? parseQuantity("seconds", lifetime) : lifetime;
  if (!isPositiveInteger(seconds) || seconds > longestLifetimeSeconds) {
    const expected = 'a whole number of seconds above 0 or a text such as "90s", "15m", "1h", "7d"';
    return misuse(option, expected, lifetime);
  }
  return seconds <= max ? seconds : misuse(option, `at most ${max} seconds`, lifetime);
}

/** To the second; past, or further ahead than `max` seconds, is a TypeError. */
function exactExpiry(expiresAt: unknown, now: number, max: number | undefined): number {
  const exp = expiresAt instanceof Date ? Math.floor(expiresAt.getTime() / 1000) : Number.NaN;
  if (exp > now && exp <= now + (max ?? longestLifetimeSeconds)) return exp;
  const limit = max === undefined ? "" : `, at most ${max} seconds ahead`;
  const received = expiresAt instanceof Date && exp ? expiresAt.toISOString() : expiresAt;
  return misuse("expiresAt", `a Date in the future${limit}`, received);
}

/**
 * An expiry at least `lifetime` seconds ahead that stays the same for a while (1/8 of the lifetime, at least
 * 60 s), so that pages rendered within that window hold byte-identical URLs and browsers reuse what they
 * have.
 *
 * Never more than `max` seconds ahead, beyond which the edge refuses the URL: where rounding up would pass that,
 * the expiry is rounded down instead and the lifetime falls short by up to 1/8. Cut off exactly at the
 * limit, it would differ every second.
 */
function roundedExpiry(now: number, lifetime: number, max = Infinity): number {
  const eighth = Math.max(1, Math.floor(lifetime / 8));
  const step = Math.max(60, eighth);
  const up = Math.ceil((now + lifetime) / step) * step;
  const latest = now + max;
  return up <= latest ? up : latest - (latest % eighth);
}

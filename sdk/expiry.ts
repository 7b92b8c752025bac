/** Lifetimes, and expiries rounded to windows. */

import type { PresetTable } from "../src/presets/table.ts";
import { parseSeconds } from "../src/presets/units.ts";
import { isPositiveInteger } from "../src/urls/json.ts";
import { misuse } from "./misuse.ts";

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
  { requireExpiry, maxLifetimeSeconds = longestLifetimeSeconds }: PresetTable["signing"],
  now: number,
  keyEnds = Infinity,
): number | undefined {
  if (expiresAt !== undefined) {
    if (expiresIn !== undefined) misuse("expiresAt", "none beside expiresIn", expiresAt);
    return exactExpiry(expiresAt, now, Math.min(maxLifetimeSeconds, keyEnds - now));
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
  const seconds = typeof lifetime === "string" ? parseSeconds(lifetime) : lifetime;
  if (!isPositiveInteger(seconds)) {
    return misuse(option, 'whole seconds above 0, or a text such as "90s", "15m", "1h", "7d"', lifetime);
  }
  return seconds <= max ? seconds : misuse(option, `at most ${max} seconds`, lifetime);
}

/** With its fraction; NaN for what is no moment. */
export function unixSeconds(date: unknown): number {
  return date instanceof Date ? date.getTime() / 1000 : NaN;
}

/** To the second; past, or further ahead than `max` seconds, is a TypeError. */
function exactExpiry(expiresAt: Date, now: number, max: number): number {
  const exp = Math.floor(unixSeconds(expiresAt));
  if (exp > now && exp <= now + max) return exp;
  const limit = max < longestLifetimeSeconds ? `, at most ${max} seconds ahead` : "";
  return misuse("expiresAt", `a Date in the future${limit}`, exp ? expiresAt.toISOString() : expiresAt);
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
function roundedExpiry(now: number, lifetime: number, max: number): number {
  const eighth = Math.max(1, Math.floor(lifetime / 8));
  const step = Math.max(60, eighth);
  const up = Math.ceil((now + lifetime) / step) * step;
  const latest = now + max;
  return up <= latest ? up : latest - (latest % eighth);
}

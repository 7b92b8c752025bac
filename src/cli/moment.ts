/** Moments and spans of time as people write and read them. */

import { InvalidArgumentError } from "commander";
import { parseQuantity } from "../presets/units.ts";

/**
 * The moment that `1h` from now, or a date of ISO 8601, means; "never" is itself.
 *
 * @throws InvalidArgumentError
 */
export function parseExpiry(text: string, nowMilliseconds: number): Date | "never" {
  if (text === "never") return text;
  const seconds = parseQuantity("seconds", text);
  const moment = seconds === undefined ? parseDate(text) : new Date(nowMilliseconds + seconds * 1000);
  if (moment === undefined || Number.isNaN(moment.getTime())) {
    throw new InvalidArgumentError(
      "Expected a lifetime such as 15m, 1h or 7d, a date such as 2027-01-31 or 2027-01-31T18:00:00+01:00, or never.",
    );
  }
  if (moment.getTime() <= nowMilliseconds) throw new InvalidArgumentError("That is over already.");
  return moment;
}

/** `3 h`, rounded down to the largest unit that fits. */
export function formatSpan(seconds: number): string {
  const units = [
    ["d", 86_400],
    ["h", 3_600],
    ["min", 60],
  ] as const;
  const [name, size] = units.find(([, unit]) => seconds >= unit) ?? ["s", 1];
  return `${Math.floor(seconds / size)} ${name}`;
}

/** `2030-01-01T00:00:00Z`; the plain number for what lies beyond the years of a Date. */
export function formatUnixSeconds(seconds: number): string {
  const moment = new Date(seconds * 1000);
  return Number.isNaN(moment.getTime()) ? String(seconds) : moment.toISOString().replace(".000Z", "Z");
}

// A time without an offset means another moment on another machine.
const isoDate = /^(\d{4}-\d{2}-\d{2})(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:\d{2}))?$/;

function parseDate(text: string): Date | undefined {
  const day = isoDate.exec(text)?.[1];
  // Date takes 30 February for 2 March.
  if (day === undefined || !isDay(day)) return undefined;
  return new Date(text);
}

function isDay(day: string): boolean {
  const midnight = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(midnight.getTime()) && midnight.toISOString().startsWith(day);
}

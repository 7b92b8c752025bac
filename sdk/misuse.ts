/**
 * The words for a caller's mistake: a TypeError that says what was expected, what came, and what may have
 * been meant.
 */

/** @throws TypeError always */
export function misuse(where: string, expected: string, received: unknown): never {
  throw new TypeError(`${where}: expected ${expected}, received ${describe(received)}`);
}

/** `one of a, b, c`, and which of them was probably meant. */
export function oneOf(known: readonly (string | number)[], received: unknown): string {
  const meant = known.length > 1 ? closest(known, received) : undefined;
  return `one of ${known.join(", ")}${meant === undefined ? "" : ` (did you mean ${describe(meant)}?)`}`;
}

/** `none, because the preset "thumb" declares no widths` */
export function noneOf(preset: string, member: string): string {
  return `none, because the preset "${preset}" declares no ${member}`;
}

export function isPositiveInteger(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) > 0;
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function describe(value: unknown): string {
  if (typeof value === "string")
    return value.length > 80 ? `a text of ${value.length} characters` : `"${value}"`;
  if (Array.isArray(value)) return "an array";
  if (isObject(value)) return "an object";
  return typeof value === "function" ? "a function" : String(value);
}

/** The nearest number; the nearest text only when it is near enough to be a slip. */
function closest(known: readonly (string | number)[], received: unknown): string | number | undefined {
  let nearest: string | number | undefined;
  let least = typeof received === "string" ? Math.max(2, received.length / 3 + 1) : Infinity;
  for (const candidate of known) {
    const distance = distanceBetween(candidate, received);
    if (distance < least) {
      nearest = candidate;
      least = distance;
    }
  }
  return nearest;
}

function distanceBetween(a: string | number, b: unknown): number {
  if (typeof a === "number" && typeof b === "number") return Math.abs(a - b);
  return typeof a === "string" && typeof b === "string" ? editDistance(a, b) : Number.NaN;
}

/** Levenshtein's distance, one row at a time. */
function editDistance(a: string, b: string): number {
  let row = [...b, ""].map((_, column) => column);
  for (const character of a) {
    let [left = 0, ...others] = row;
    let diagonal = left++;
    row = [left];
    for (const [column, above] of others.entries()) {
      left = Math.min(left + 1, above + 1, diagonal + (character === b[column] ? 0 : 1));
      diagonal = above;
      row.push(left);
    }
  }
  return row.at(-1) ?? 0;
}

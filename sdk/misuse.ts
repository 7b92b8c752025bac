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

export function isPositiveInteger(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value > 0;
}

function describe(value: unknown): string {
  if (typeof value === "string")
    return value.length > 80 ? `a text of ${value.length} characters` : `"${value}"`;
  if (typeof value === "object" && value !== null) return Array.isArray(value) ? "an array" : "an object";
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
  let row = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (const [line, character] of [...a].entries()) {
    const next = [line + 1];
    for (let column = 1; column <= b.length; column++) {
      const above = row[column] ?? Infinity;
      const left = next[column - 1] ?? Infinity;
      const diagonal = (row[column - 1] ?? Infinity) + (character === b[column - 1] ? 0 : 1);
      next.push(Math.min(above + 1, left + 1, diagonal));
    }
    row = next;
  }
  return row[b.length] ?? Infinity;
}

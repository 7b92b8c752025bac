/**
 * The words for a caller's mistake: a TypeError that says what was expected, what came, and what may have
 * been meant.
 */

/**
 * @param longestShown characters of a text that came; of a longer one, and so of a secret, the message says the length
 * @throws TypeError always
 */
export function misuse(where: string, expected: string, received: unknown, longestShown?: number): never {
  throw new TypeError(`${where}: expected ${expected}, received ${describe(received, longestShown)}`);
}

/** `one of a, b, c`, and which of them was probably meant. */
export function oneOf(known: readonly (string | number)[], received: unknown): string {
  const meant = known.length > 1 ? closest(known, String(received)) : undefined;
  return `one of ${known.join(", ")}${meant === undefined ? "" : ` (did you mean ${describe(meant)}?)`}`;
}

/** `none, because the preset "thumb" declares no widths` */
export function noneOf(preset: string, member: string): string {
  return `none, because the preset "${preset}" declares no ${member}`;
}

function describe(value: unknown, longestShown = 80): string {
  // Escaped: a text may hold line breaks and halves of surrogate pairs.
  if (typeof value === "string")
    return value.length > longestShown ? `a text of ${value.length} characters` : JSON.stringify(value);
  if (Array.isArray(value)) return "an array";
  // A function is one too: its text may be long.
  return Object(value) === value ? "an object" : String(value);
}

/** The nearest number; the nearest text only when it is near enough to be a slip. */
function closest(known: readonly (string | number)[], received: string): string | number | undefined {
  const distances = known.map((candidate) =>
    typeof candidate === "number"
      ? Math.abs(candidate - Number(received))
      : editDistance(candidate, received),
  );
  const least = Math.min(...distances);
  const isNear = typeof known[0] === "number" || least < Math.max(2, received.length / 3 + 1);
  return isNear ? known[distances.indexOf(least)] : undefined;
}

/** Levenshtein's distance, one row at a time. */
function editDistance(a: string, b: string): number {
  let row = [...b, ""].map((_, column) => column);
  for (const character of a) {
    let left = Infinity;
    let diagonal = Infinity;
    row = row.map((above, column) => {
      left = Math.min(left + 1, above + 1, diagonal + Number(character !== b[column - 1]));
      diagonal = above;
      return left;
    });
  }
  return row.at(-1) ?? 0;
}

/** What is said about a handful of runs, and when a bound can be judged by them. */

export interface Quartiles {
  readonly lower: number;
  readonly median: number;
  readonly upper: number;
}

/** Linear between neighbours (Hyndman and Fan's type 7, the default of R and NumPy). */
export function quartiles(values: readonly number[]): Quartiles {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) => {
    const position = (sorted.length - 1) * share;
    const below = sorted[Math.floor(position)] ?? Number.NaN;
    const above = sorted[Math.ceil(position)] ?? Number.NaN;
    return below + (above - below) * (position - Math.floor(position));
  };
  return { lower: at(0.25), median: at(0.5), upper: at(0.75) };
}

/** How far the quartiles of a ratio reach from 1: what the same thing against itself shows of the machine's noise. */
export function spread({ lower, upper }: Quartiles): number {
  return Math.max(Math.abs(1 - lower), Math.abs(1 - upper));
}

/** A ratio that is to be reached. */
export type Limit = { readonly atLeast: number } | { readonly atMost: number };

export type Verdict = "held" | "missed" | "inconclusive";

/**
 * Whether the ratio keeps to the limit, as far as a machine with this spread can tell.
 *
 * Beyond the limit by more than the spread, it is missed. Else a limit 5 % from 1 asks for a machine on which the same
 * thing differs from itself by less than that. With a limit of 1 there is no such room, and the ratio itself has to be
 * further from it than the spread.
 */
export function judge(limit: Limit, ratio: number, againSpread: number): Verdict {
  const bound = "atLeast" in limit ? limit.atLeast : limit.atMost;
  const isKept = "atLeast" in limit ? ratio >= bound : ratio <= bound;
  if (!isKept && Math.abs(ratio - bound) > againSpread) return "missed";
  const room = bound === 1 ? Math.abs(1 - ratio) : Math.abs(1 - bound);
  if (againSpread > room) return "inconclusive";
  return isKept ? "held" : "missed";
}

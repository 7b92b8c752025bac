/** The one voice of messages: expected, received, and what may have been meant. */

import { distance } from "fastest-levenshtein";

/** `expected an integer from 1 to 8192, received "wide"` */
export function mismatch(
  expected: string,
  value: unknown,
  candidates: readonly (string | boolean)[] = [],
): string {
  const meant = typeof value === "string" ? didYouMean(value, candidates) : "";
  return `expected ${expected}, received ${received(value)}${meant}`;
}

/** ` (did you mean "cover"?)`, or nothing when no candidate is near. */
export function didYouMean(written: string, candidates: readonly (string | boolean)[]): string {
  const near = nearest(written, candidates);
  return near === undefined ? "" : ` (did you mean ${typeof near === "string" ? `"${near}"` : near}?)`;
}

/** What other tools call it, where letters do not tell: YAML 1.1, CSS, sharp's and other services' words. */
const synonyms: Readonly<Record<string, string | boolean>> = {
  yes: true,
  on: true,
  no: false,
  off: false,
  middle: "centre",
  crop: "cover",
  pad: "contain",
  scaledown: "inside",
  jpg: "jpeg",
};

/** The candidate that the text is another word for, or differs from in the fewest letters, in at most a third of them. */
export function nearest<T extends string | boolean>(
  written: string,
  candidates: readonly T[],
): T | undefined {
  const word = fold(written);
  const synonym = Object.hasOwn(synonyms, word) ? synonyms[word] : undefined;
  const same = candidates.find((candidate) => candidate === synonym);
  if (same !== undefined) return same;
  const [near] = candidates
    .map((candidate) => ({ candidate, edits: editsBetween(word, fold(String(candidate))) }))
    .filter(({ candidate, edits }) => edits <= Math.max(word.length, String(candidate).length) / 3)
    .sort((a, b) => a.edits - b.edits);
  return near?.candidate;
}

// Letters in the wrong order are one slip of the fingers, and two edits to Levenshtein.
function editsBetween(a: string, b: string): number {
  const isReordered = a !== b && sorted(a) === sorted(b);
  return isReordered ? 1 : distance(a, b);
}

function sorted(word: string): string {
  return [...word].sort().join("");
}

/** `a, b or c` */
export function inWords(values: readonly string[], conjunction: "and" | "or" = "or"): string {
  const [last, ...others] = values.toReversed();
  return others.length === 0 ? (last ?? "") : `${others.toReversed().join(", ")} ${conjunction} ${last}`;
}

function received(value: unknown): string {
  if (value === null || value === undefined) return "nothing";
  if (Array.isArray(value)) return value.length === 0 ? "an empty list" : "a list";
  if (typeof value === "object") return "a mapping";
  if (typeof value !== "string") return String(value);
  const longest = 60;
  return JSON.stringify(value.length > longest ? `${value.slice(0, longest)}...` : value);
}

// `sourceBytes`, `source-bytes` and `SourceBytes` are one word to a human.
function fold(word: string): string {
  return word.toLowerCase().replaceAll(/[-_ ]/g, "");
}

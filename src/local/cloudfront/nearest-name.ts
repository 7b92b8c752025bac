/** What a misspelt name was meant to be. */

/** ` (did you mean "viewer-request"?)`, or nothing when no candidate is near. */
export function didYouMean(written: string, candidates: readonly string[]): string {
  const [near] = candidates
    .map((candidate) => ({ candidate, edits: editsBetween(fold(written), fold(candidate)) }))
    .filter(({ candidate, edits }) => edits <= Math.max(written.length, candidate.length) / 3)
    .sort((a, b) => a.edits - b.edits);
  return near === undefined ? "" : ` (did you mean "${near.candidate}"?)`;
}

// `viewerRequest`, `VIEWER_REQUEST` and `viewer-request` are one word to a human.
function fold(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z]/gu, "");
}

/** Levenshtein's distance, one row at a time. */
function editsBetween(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [index, letter] of [...a].entries()) {
    const next = [index + 1];
    for (const [at, other] of [...b].entries()) {
      const [above = 0, aslant = 0, left = 0] = [row[at + 1], row[at], next[at]];
      next.push(Math.min(above + 1, left + 1, aslant + (letter === other ? 0 : 1)));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}

/** Zip archives that follow from their content alone: equal files give equal bytes, on any machine and at any time. */

import { zipSync } from "fflate";

export interface ZipEntry {
  /** With "/" between folders. */
  readonly path: string;
  readonly contents: Uint8Array;
}

// A regular file that all may read: Lambda runs a function as another user than its owner.
const attributes = { os: 3, attrs: (0o100644 << 16) >>> 0 };

/** Packs the files, sorted by name, as mode 0644 and with one date; compressed without zlib, whose bytes differ by processor. */
export function zip(entries: readonly ZipEntry[]): Uint8Array {
  const sorted = entries.toSorted((a, b) => (a.path < b.path ? -1 : 1));
  return zipSync(Object.fromEntries(sorted.map(({ path, contents }) => [path, contents])), {
    level: 9,
    // The first moment that a zip can say. fflate takes it apart by the local clock, so it is made by the local clock.
    mtime: new Date(1980, 0, 1),
    ...attributes,
  });
}

/** Files that are written whole or not at all, and at no moment with other modes than their own. */

import { randomBytes } from "node:crypto";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

export interface WholeFile {
  readonly path: string;
  readonly contents: Uint8Array | string;
  /** Readable by its owner alone (0600), however open the file was that it replaces. */
  readonly isPrivate?: true;
}

/**
 * Writes the files, and their folders where there are none. Nothing is put in place before all are on the disk; then
 * each replaces what was there in one step, in the order given.
 */
export async function writeWhole(files: readonly WholeFile[]): Promise<void> {
  const written = files.map((file) => ({ file, temporary: temporaryFor(file.path) }));
  try {
    for (const { file, temporary } of written) {
      await mkdir(dirname(file.path), { recursive: true });
      await writeFile(temporary, file.contents, { flag: "wx", mode: file.isPrivate ? 0o600 : 0o666 });
    }
    for (const { file, temporary } of written) await rename(temporary, file.path);
  } finally {
    // What is left behind could hold keys.
    for (const { temporary } of written) await rm(temporary, { force: true });
  }
}

function temporaryFor(path: string): string {
  return join(dirname(path), `.${randomBytes(6).toString("hex")}`);
}

/** A file that is written whole or not at all, and at no moment with other modes than its own. */

import { randomBytes } from "node:crypto";
import { chmod, mkdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

/**
 * Writes the file, and its folder where there is none; a file that was there is replaced in one step.
 *
 * `isPrivate` closes the folder (0700) to all but its owner, however open it was before. The file itself stays readable:
 * zip keeps modes, and Lambda reads a function's files as another user.
 */
export async function writeWhole(
  file: string,
  contents: Uint8Array,
  { isPrivate }: { readonly isPrivate: boolean },
): Promise<void> {
  const folder = dirname(file);
  await mkdir(folder, { recursive: true });
  if (isPrivate) await chmod(folder, 0o700);
  const temporary = join(folder, `.${randomBytes(6).toString("hex")}`);
  try {
    await writeFile(temporary, contents, { flag: "wx", mode: 0o666 });
    await rename(temporary, file);
  } catch (error) {
    // What is left behind could hold keys, and would go into the zip.
    await rm(temporary, { force: true });
    throw error;
  }
}

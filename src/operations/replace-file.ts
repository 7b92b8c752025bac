/** Rewriting a file in place: whole or not at all, and only when something in it changes. */

import { randomBytes } from "node:crypto";
import { createReadStream } from "node:fs";
import { open, realpath, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";

/**
 * Replaces a file by what `rewrite` makes of its contents, with the same mode. Where `rewrite` changes nothing, the
 * file is not touched, and neither is its time of modification.
 *
 * @param hasChanged asked once `rewrite` is through
 */
export async function replaceFile(
  file: string,
  rewrite: (contents: AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array>,
  hasChanged: () => boolean,
): Promise<void> {
  // The file that a symbolic link leads to, and not the link.
  const path = await realpath(file);
  const { mode } = await stat(path);
  // In the same folder, and so on the same disk.
  const temporary = join(dirname(path), `.${randomBytes(6).toString("hex")}.resign`);
  const handle = await open(temporary, "wx", 0o600);
  try {
    for await (const piece of rewrite(createReadStream(path))) await handle.writeFile(piece);
    await handle.chmod(mode & 0o7777);
    await handle.sync();
    if (hasChanged()) await rename(temporary, path);
    else await rm(temporary);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  } finally {
    await handle.close();
  }
}

/** The files of a folder of derivatives: going through them, and removing them. */

import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { readTrailer } from "./derivative-file.ts";
import { filesOf, isFolderName, placeOf, sourceHashOf } from "./derivative-place.ts";
import { unlessAbsent } from "./failure.ts";
import type { ListedObject } from "./store.ts";
import { unlink } from "./system-calls.ts";

/** Every derivative whose key begins with the prefix; damaged ones are left to the next read of them. */
export async function* walk(
  root: string,
  prefix: string,
): AsyncIterable<ListedObject & { readonly path: string }> {
  for (const folderName of (await readdir(root)).filter(isFolderName)) {
    // Sorted, those of one source follow one another.
    const names = ((await unlessAbsent(readdir(join(root, folderName)))) ?? []).sort();
    let unwanted: string | undefined;
    for (const name of names) {
      const sourceHash = sourceHashOf(name);
      if (sourceHash === undefined || sourceHash === unwanted) continue;
      const path = join(root, folderName, name);
      const trailer = await readTrailer(path);
      if (trailer === undefined) continue;
      const { key, bytes, writtenAt: lastModified } = trailer;
      if (placeOf(root, key) !== path) continue;
      if (key.startsWith(prefix)) yield { key, bytes, lastModified, path };
      // None of a source's keys can begin with the prefix when the source does not fit.
      else if (!prefix.startsWith(key.slice(0, key.lastIndexOf("/") + 1))) unwanted = sourceHash;
    }
  }
}

/** Removes whatever was made of one source, also what no trailer can name, and says how many files there were. */
export async function removeFilesOf(root: string, source: string): Promise<number> {
  const { folder, beginning } = filesOf(root, source);
  let removed = 0;
  for (const name of (await unlessAbsent(readdir(folder))) ?? [])
    if (name.startsWith(beginning) && (await removeFile(join(folder, name)))) removed += 1;
  return removed;
}

/** Says whether there was one. */
export async function removeFile(path: string): Promise<boolean> {
  return (await unlessAbsent(unlink(path).then(() => true))) ?? false;
}

/** The files of a folder of derivatives: going through them, and removing them. */

import { readdir, rmdir } from "node:fs/promises";
import { join } from "node:path";
import { readTrailer } from "./derivative-file.ts";
import { isSourceFolderName, type Place, placeOf } from "./derivative-place.ts";
import { errnoOf, unlessAbsent } from "./failure.ts";
import type { ListedObject } from "./store.ts";
import { unlink } from "./system-calls.ts";

/** Every derivative whose key begins with the prefix; damaged ones are left to the next read of them. */
export async function* walk(
  root: string,
  prefix: string,
): AsyncIterable<ListedObject & { readonly place: Place }> {
  for (const folderName of (await readdir(root)).filter(isSourceFolderName)) {
    for (const name of (await unlessAbsent(readdir(join(root, folderName)))) ?? []) {
      const path = join(root, folderName, name);
      const trailer = await readTrailer(path);
      if (trailer === undefined) continue;
      const { key, bytes, writtenAt: lastModified } = trailer;
      const place = placeOf(root, key);
      if (place?.file !== path) continue;
      if (key.startsWith(prefix)) yield { key, bytes, lastModified, place };
      // One folder is one source: none of its keys can begin with the prefix when this one's source does not fit.
      else if (!prefix.startsWith(key.slice(0, key.lastIndexOf("/") + 1))) break;
    }
  }
}

/** Removes whatever can be read in the folder, and says how many files there were. */
export async function removeFolder(folder: string): Promise<number> {
  let removed = 0;
  for (const name of (await unlessAbsent(readdir(folder))) ?? [])
    if (await removeFile(join(folder, name))) removed += 1;
  await removeFolderIfEmpty(folder);
  return removed;
}

export async function removeFolderIfEmpty(folder: string): Promise<void> {
  try {
    await unlessAbsent(rmdir(folder));
  } catch (cause) {
    const errno = errnoOf(cause);
    if (errno !== "ENOTEMPTY" && errno !== "EEXIST") throw cause;
  }
}

/** Says whether there was one. */
export async function removeFile(path: string): Promise<boolean> {
  return (await unlessAbsent(unlink(path).then(() => true))) ?? false;
}

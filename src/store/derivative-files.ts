/** The files of a folder of derivatives: going through them, and removing them. */

import { readdir, rmdir, unlink } from "node:fs/promises";
import { join } from "node:path";
import { isSourceFolderName, type Place, placeOf, sidecarSuffix } from "./derivative-place.ts";
import { errnoOf, unlessAbsent } from "./failure.ts";
import { readFileUpTo } from "./read-file.ts";
import { parseSidecar } from "./sidecar.ts";
import type { ListedObject } from "./store.ts";

/** Far above what a key, a type and S3's 2 kB of metadata come to. */
export const maxSidecarBytes = 8192;

/** Every derivative whose key begins with the prefix; damaged ones are left to the next read of them. */
export async function* walk(
  root: string,
  prefix: string,
): AsyncIterable<ListedObject & { readonly place: Place }> {
  for (const folderName of (await readdir(root)).filter(isSourceFolderName)) {
    const names = new Set((await unlessAbsent(readdir(join(root, folderName)))) ?? []);
    for (const name of names) {
      if (!names.has(name + sidecarSuffix)) continue;
      const path = join(root, folderName, name);
      const text = await readFileUpTo(path + sidecarSuffix, maxSidecarBytes);
      const sidecar = text && parseSidecar(text.toString());
      if (sidecar === undefined) continue;
      const { key, bytes, writtenAt: lastModified } = sidecar;
      const place = placeOf(root, key);
      if (place?.body !== path) continue;
      if (key.startsWith(prefix)) yield { key, bytes, lastModified, place };
      // One folder is one source: none of its keys can begin with the prefix when this one's source does not fit.
      else if (!prefix.startsWith(key.slice(0, key.lastIndexOf("/") + 1))) break;
    }
  }
}

/** Removes whatever can be read in the folder, and says how many bodies there were. */
export async function removeFolder(folder: string): Promise<number> {
  let removed = 0;
  for (const name of (await unlessAbsent(readdir(folder))) ?? []) {
    const body = join(folder, name);
    if (!name.endsWith(sidecarSuffix) && (await removePair({ body, sidecar: body + sidecarSuffix })))
      removed += 1;
  }
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

/**
 * Removes a body and its sidecar, and says whether there was a body.
 *
 * Who removed the body removes the sidecar. A sidecar without a body is left: it is a writer's claim (commit.ts), and
 * without it that writer's body would look torn.
 */
export async function removePair({ body, sidecar }: Pick<Place, "body" | "sidecar">): Promise<boolean> {
  const isRemoved = await removeFile(body);
  if (isRemoved) await removeFile(sidecar);
  return isRemoved;
}

async function removeFile(path: string): Promise<boolean> {
  return (await unlessAbsent(unlink(path).then(() => true))) ?? false;
}

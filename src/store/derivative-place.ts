/**
 * Where a derivative lies in its folder: `{2 hex}/{40 hex}.{derivative name}`, both of the source key's SHA-256, from its
 * first digit on.
 *
 * A plain path would not do: a derivative's file would collide with a folder named like its source, names over
 * 255 bytes fail, and some file systems fold case. A folder for each source would have to be made with its first
 * derivative, and removed with its last one while others write; the 256 folders stay.
 */

import { join } from "node:path";
import { sha256Hex } from "./sha256.ts";

// 160 bits. Should two sources share them, the trailer says whose the derivative is, and it counts as damaged.
const hashDigits = 40;
const fileNamePattern = new RegExp(`^([0-9a-f]{${hashDigits}})\\.`);

// Of most file systems. A derivative's own name has up to 124 characters (urls.md), of which the 64 of a version may be
// capitals and marked: 229 with the hash before them.
const maxFileNameLength = 255;

/** The file of a key; `undefined` for one that no derivative can have. */
export function placeOf(root: string, key: string): string | undefined {
  const slash = key.lastIndexOf("/");
  const name = key.slice(slash + 1);
  // Derivative names are ASCII and begin with a preset's name (urls.md), so `..` cannot be one.
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name)) return undefined;
  const { folder, beginning } = filesOf(root, key.slice(0, Math.max(slash, 0)));
  // A version may hold capitals; marked, they differ from small letters where the file system folds case.
  const fileName = beginning + name.replace(/[A-Z]/g, "!$&");
  return fileName.length > maxFileNameLength ? undefined : join(folder, fileName);
}

/** What all made of one source have in common: the folder, and how their file names begin. */
export function filesOf(
  root: string,
  source: string,
): { readonly folder: string; readonly beginning: string } {
  const hash = sha256Hex(source).slice(0, hashDigits);
  return { folder: join(root, hash.slice(0, 2)), beginning: `${hash}.` };
}

export function isFolderName(name: string): boolean {
  return /^[0-9a-f]{2}$/.test(name);
}

/** Which source a file name is of, by its hash; `undefined` for a name that is not of this form. */
export function sourceHashOf(fileName: string): string | undefined {
  return fileNamePattern.exec(fileName)?.[1];
}

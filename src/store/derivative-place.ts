/**
 * Where a derivative lies in its folder: `{sha256 of the source key}/{derivative name}`.
 *
 * A plain path would not do: a derivative's file would collide with a folder named like its source, names over
 * 255 bytes fail, and some file systems fold case.
 */

import { join } from "node:path";
import { sha256Hex } from "./sha256.ts";

export interface Place {
  readonly folder: string;
  readonly file: string;
}

/** The place of a key; `undefined` for one that no derivative can have. */
export function placeOf(root: string, key: string): Place | undefined {
  const slash = key.lastIndexOf("/");
  const name = key.slice(slash + 1);
  // Derivative names are ASCII and begin with a preset's name (urls.md), so `..` cannot be one.
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,149}$/.test(name)) return undefined;
  const folder = sourceFolder(root, key.slice(0, Math.max(slash, 0)));
  // A version may hold capitals; marked, they differ from small letters where the file system folds case.
  return { folder, file: join(folder, name.replace(/[A-Z]/g, "!$&")) };
}

/** Everything made of one source lies here. */
export function sourceFolder(root: string, source: string): string {
  return join(root, sha256Hex(source));
}

export function isSourceFolderName(name: string): boolean {
  return /^[0-9a-f]{64}$/.test(name);
}

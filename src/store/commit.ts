/** Putting a derivative in its place, when no other writer has. */

import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import type { Place } from "./derivative-place.ts";
import { errnoOf } from "./failure.ts";
import { link } from "./system-calls.ts";

// A purge may take the folder away between mkdir and link, and even within mkdir.
const folderAttempts = 10;

/**
 * Links a file that is written to its end to its place; its own name stays.
 *
 * link(2) is one step that fails where a name exists: of several writers one wins, and a reader sees all of a derivative
 * or nothing.
 *
 * Nothing waits for the disk (fsync). What a power cut leaves torn is seen at the next read, by its trailer and SHA-256,
 * and a derivative can always be rendered again; a client would wait for the disk too.
 *
 * @returns false when another writer has the place
 */
export async function commit(temporary: string, place: Place): Promise<boolean> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      // It has just been looked in for the derivative: asking waits for no disk.
      if (!existsSync(place.folder)) await mkdir(place.folder, { recursive: true, mode: 0o755 });
      return await linkIfFree(temporary, place.file);
    } catch (cause) {
      if (errnoOf(cause) !== "ENOENT" || attempt === folderAttempts) throw cause;
    }
  }
}

async function linkIfFree(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (cause) {
    if (errnoOf(cause) === "EEXIST") return false;
    throw cause;
  }
}

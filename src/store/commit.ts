/** Putting a derivative in its place, when no other writer has. */

import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { errnoOf } from "./failure.ts";
import { link } from "./system-calls.ts";

/**
 * Links a file that is written to its end to its place, and makes the place's folder where that is missing; its own
 * name stays.
 *
 * link(2) is one step that fails where a name exists: of several writers one wins, and a reader sees all of a derivative
 * or nothing.
 *
 * Nothing waits for the disk (fsync). What a power cut leaves torn is seen at the next read, by its trailer and SHA-256,
 * and a derivative can always be rendered again; a client would wait for the disk too.
 *
 * @returns false when another writer has the place
 */
export async function commit(temporary: string, place: string): Promise<boolean> {
  try {
    return await linkIfFree(temporary, place);
  } catch (cause) {
    if (errnoOf(cause) !== "ENOENT") throw cause;
    await mkdir(dirname(place), { recursive: true, mode: 0o755 });
    return linkIfFree(temporary, place);
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

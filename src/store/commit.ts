/** Putting a body and its sidecar in place as one, when no other writer has. */

import { access, link, mkdir, open, rename } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Place } from "./derivative-place.ts";
import { errnoOf, unlessAbsent } from "./failure.ts";

// Between a living writer's two links lie microseconds; a claim without a body for this long is a dead one's.
const claimPatienceMs = 200;
const claimPollMs = 10;

// A purge may take the folder away between mkdir and link.
const folderAttempts = 10;

/**
 * Links both temporary files to their place; the temporary names stay.
 *
 * The sidecar is linked first and is the writer's claim: link(2) fails where a name exists, so one writer wins, and a
 * loser never touches the winner's sidecar. The body is linked second and is the commit: without it there is
 * nothing to read.
 *
 * @returns false when another writer has the place
 */
export async function commit(temporary: Pick<Place, "body" | "sidecar">, place: Place): Promise<boolean> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const created = await mkdir(place.folder, { recursive: true, mode: 0o755 });
      if (created !== undefined) await syncFolder(dirname(place.folder));
      if (!(await claim(temporary.sidecar, place))) return false;
      const isCommitted = await linkIfFree(temporary.body, place.body);
      // A purge may have taken folder and all away by now; the write came first then.
      if (isCommitted) await unlessAbsent(syncFolder(place.folder));
      return isCommitted;
    } catch (cause) {
      if (errnoOf(cause) !== "ENOENT" || attempt === folderAttempts) throw cause;
    }
  }
}

export async function isThere(path: string): Promise<boolean> {
  return (await unlessAbsent(access(path).then(() => true))) ?? false;
}

async function claim(temporarySidecar: string, place: Place): Promise<boolean> {
  for (let waitedMs = 0; waitedMs < claimPatienceMs; waitedMs += claimPollMs) {
    if (await linkIfFree(temporarySidecar, place.sidecar)) return true;
    if (await isThere(place.body)) return false;
    await delay(claimPollMs);
  }
  // The claimant died. Should it only have been asleep and commit now, its body meets our sidecar: a reader sees that
  // the checksum differs, removes both, and the derivative is rendered again.
  await rename(temporarySidecar, place.sidecar);
  return true;
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

/** A new name is on the disk only when its folder is. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

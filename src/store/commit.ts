/** Putting a body and its sidecar in place as one, when no other writer has. */

import { mkdir, rename } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { type Place, sidecarSuffix } from "./derivative-place.ts";
import { errnoOf, unlessAbsent } from "./failure.ts";
import { access, close, link, open, writeFile } from "./system-calls.ts";
import { removeTemporary, writeNew } from "./temporary-files.ts";

// Between a living writer's claim and its commit lie microseconds; a claim without a body for this long is a dead one's.
const claimPatienceMs = 200;
const claimPollMs = 10;

// A purge may take the folder away between mkdir and claim, and even within mkdir.
const folderAttempts = 10;

export interface Written {
  /** Path of the temporary file with the body; its name stays. */
  readonly body: string;
  readonly sidecar: string;
}

/**
 * Puts what was written in its place.
 *
 * The sidecar comes first and is the writer's claim: it is created where no name exists, so one writer wins, and a loser
 * never touches the winner's sidecar. The body is linked second and is the commit: without it there is nothing to read,
 * so it matters to nobody that a sidecar grows where all can see it.
 *
 * Nothing waits for the disk (fsync). What a power cut leaves torn is seen at the next read, by its length and SHA-256,
 * and a derivative can always be rendered again; four waits would double what a write costs the processor, and a client would wait for them too.
 *
 * @returns false when another writer has the place
 */
export async function commit(written: Written, place: Place): Promise<boolean> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      // Most sources have several derivatives: the folder is made when it is missed.
      if (attempt > 1) await mkdir(place.folder, { recursive: true, mode: 0o755 });
      return (await claim(written, place)) && (await linkIfFree(written.body, place.body));
    } catch (cause) {
      if (errnoOf(cause) !== "ENOENT" || attempt === folderAttempts) throw cause;
    }
  }
}

async function isThere(path: string): Promise<boolean> {
  return (await unlessAbsent(access(path).then(() => true))) ?? false;
}

async function claim(written: Written, place: Place): Promise<boolean> {
  for (let waitedMs = 0; waitedMs < claimPatienceMs; waitedMs += claimPollMs) {
    if (await createIfFree(place.sidecar, written.sidecar)) return true;
    if (await isThere(place.body)) return false;
    await delay(claimPollMs);
  }
  // The claimant died. Should it only have been asleep and commit now, its body meets our sidecar: a reader sees that
  // the checksum differs, removes both, and the derivative is rendered again.
  await replace(place.sidecar, written);
  return true;
}

async function createIfFree(path: string, text: string): Promise<boolean> {
  const fd = await unlessTaken(open(path, "wx", 0o644));
  if (fd === undefined) return false;
  try {
    await writeFile(fd, text);
  } catch (cause) {
    // Whoever comes next need not wait for a claim that nobody holds.
    await removeTemporary(path);
    throw cause;
  } finally {
    await close(fd);
  }
  return true;
}

async function replace(path: string, { body, sidecar }: Written): Promise<void> {
  const temporary = body + sidecarSuffix;
  try {
    await writeNew(temporary, sidecar);
    await rename(temporary, path);
  } catch (cause) {
    await removeTemporary(temporary);
    throw cause;
  }
}

async function linkIfFree(from: string, to: string): Promise<boolean> {
  return (await unlessTaken(link(from, to).then(() => true))) ?? false;
}

/** Waits for the creation of a name; `undefined` when the name is taken. */
async function unlessTaken<T>(creation: Promise<T>): Promise<T | undefined> {
  try {
    return await creation;
  } catch (cause) {
    if (errnoOf(cause) === "EEXIST") return undefined;
    throw cause;
  }
}

/** Temporary files whose names say who writes them, so that those of a dead writer can be told and removed. */

import { randomBytes } from "node:crypto";
import { closeSync, writeFileSync } from "node:fs";
import { mkdir, open as openHandle, readdir, readFile, stat } from "node:fs/promises";
import { hostname } from "node:os";
import { dirname, join } from "node:path";
import { errnoOf, unlessAbsent } from "./failure.ts";
import { open, unlink, writeFile } from "./system-calls.ts";

// Far longer than any write takes: whose machine or process cannot be asked is given up after this.
const abandonedAfterMs = 10 * 60_000;

// So much goes to the operating system's memory sooner than another thread takes the work over.
const writtenOnTheSpotBytes = 256 * 1024;

// A host name may hold anything; what is kept of it cannot end the name's part or leave the folder.
const host = hostname().replace(/[^A-Za-z0-9]/g, "_");

// A process that died may have had the same pid, and have left files.
const run = randomBytes(8).toString("hex");
let paths = 0;

/** A new path in the folder, of a file that is not there yet. */
export function temporaryPath(folder: string): string {
  paths += 1;
  return join(folder, `${host}.${process.pid}.${run}-${paths}`);
}

/** Writes a new file of one part after the other, and its folder where that is missing. */
export async function writeNew(path: string, parts: readonly Uint8Array[]): Promise<void> {
  const create = () => open(path, "wx", 0o644);
  let fd = await unlessAbsent(create());
  if (fd === undefined) {
    await mkdir(dirname(path), { recursive: true, mode: 0o755 });
    fd = await create();
  }
  try {
    for (const part of parts) {
      if (part.length <= writtenOnTheSpotBytes) writeFileSync(fd, part);
      else await writeFile(fd, part);
    }
  } finally {
    closeSync(fd);
  }
}

/** The same, and waits until the bytes are on the disk. */
export async function writeDurably(path: string, data: string): Promise<void> {
  await writeNew(path, [Buffer.from(data)]);
  const file = await openHandle(path, "r");
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Removes what writers that died left behind, and nothing of a writer that lives. */
export async function sweepTemporaryFiles(folder: string): Promise<void> {
  for (const name of (await unlessAbsent(readdir(folder))) ?? []) {
    const path = join(folder, name);
    const modified = (await unlessAbsent(stat(path)))?.mtimeMs;
    if (modified !== undefined && (await isAbandoned(name, modified))) await removeTemporary(path);
  }
}

const refusals: ReadonlySet<string> = new Set(["EROFS", "EACCES", "EPERM"]);

/** Removes a file that may not be there; where nothing may be removed, it stays. */
export async function removeTemporary(path: string): Promise<void> {
  try {
    await unlessAbsent(unlink(path));
  } catch (cause) {
    // A folder that became read-only can still be read, and a write to it failed for a reason worth more than this.
    if (!refusals.has(errnoOf(cause) ?? "")) throw cause;
  }
}

async function isAbandoned(name: string, modifiedMs: number): Promise<boolean> {
  if (modifiedMs < Date.now() - abandonedAfterMs) return true;
  const [writerHost, writerPid] = name.split(".");
  if (writerHost !== host) return false;
  const pid = Number(writerPid);
  // A container's process has the same pid after each restart: what is older than this process is not its own.
  if (pid === process.pid) return modifiedMs < Date.now() - process.uptime() * 1000;
  return Number.isSafeInteger(pid) && pid > 0 && (!isAlive(pid) || (await isZombie(pid)));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (cause) {
    // EPERM: it lives under another user.
    return errnoOf(cause) !== "ESRCH";
  }
}

/**
 * It has ended, and nobody has asked how (proc(5), the third field). Killed with its parent, a process stays so until
 * the machine's first process gets round to it, which in some containers is never.
 */
async function isZombie(pid: number): Promise<boolean> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, "latin1");
    // The second field is the program's name in parentheses, and may hold anything.
    return stat.slice(stat.lastIndexOf(")") + 2).startsWith("Z");
  } catch {
    // No /proc, or not for us: whoever cannot be asked is taken to live.
    return false;
  }
}

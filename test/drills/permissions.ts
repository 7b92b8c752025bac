/** What this machine lets a drill do: being another user, and mounting a small disk. */

import { spawnSync } from "node:child_process";
import { chown, readdir } from "node:fs/promises";
import { join } from "node:path";

// "nobody" on Linux and everywhere else that matters; no account is needed for it.
const nobody = 65_534;

export interface Unprivileged {
  /** For `spawn`; absent when this process has no privileges to give up. */
  readonly uid?: number;
  /** Why the server cannot run without privileges. */
  readonly obstacle?: string;
}

/** Root may read and write whatever the permissions say: for it, nothing is ever unreadable. */
export function withoutPrivileges(main: string): Unprivileged {
  if (process.getuid?.() !== 0) return {};
  const look = `require("node:fs").accessSync(${JSON.stringify(main)})`;
  const { status, error } = spawnSync(process.execPath, ["-e", look], { uid: nobody, gid: nobody });
  if (status === 0) return { uid: nobody };
  const reason = error?.message ?? `the user ${nobody} cannot read ${main}`;
  return { obstacle: `the drills run as root, and the server cannot be run as anyone else: ${reason}` };
}

/** Gives everything below a folder to the user that the server runs as. */
export async function giveTo(uid: number | undefined, folder: string): Promise<void> {
  if (uid === undefined) return;
  await chown(folder, uid, uid);
  for (const name of await readdir(folder, { recursive: true })) await chown(join(folder, name), uid, uid);
}

/**
 * A command that mounts a disk of this size at the folder, visible to nobody else and gone with it, and then runs what
 * follows; `undefined` where that is not permitted.
 */
export function smallDisk(folder: string, kilobytes: number): readonly string[] | undefined {
  const script = 'mount -t tmpfs -o "size=$1k" imgseal-drill "$2" && shift 2 && exec "$@"';
  // A mount namespace of its own; without root, within a user namespace (user_namespaces(7)).
  const namespaces = process.getuid?.() === 0 ? ["--mount"] : ["--user", "--map-root-user", "--mount"];
  const command = ["unshare", ...namespaces, "sh", "-c", script, "sh", String(kilobytes), folder];
  const [file = "", ...args] = command;
  return spawnSync(file, [...args, "true"]).status === 0 ? command : undefined;
}

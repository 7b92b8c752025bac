/** What this machine lets a drill do: being without privileges, and mounting a small disk. Both are util-linux's. */

import { spawnSync } from "node:child_process";

/**
 * What comes before a command so that file permissions hold for it: nothing for an ordinary user; `undefined` where root
 * cannot give up its privilege to read and write everything (capabilities(7)).
 */
export function withoutPrivileges(): readonly string[] | undefined {
  if (process.getuid?.() !== 0) return [];
  const command = ["setpriv", "--bounding-set", "-dac_override,-dac_read_search"];
  const [file = "", ...args] = command;
  return spawnSync(file, [...args, "true"]).status === 0 ? command : undefined;
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

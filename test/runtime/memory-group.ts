/** A control group that bounds the memory of what runs in it, as a function's memory setting does (cgroups(7)). */

import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readFileSync,
  rmdirSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";

export interface MemoryGroup {
  /** The same program, within the group. */
  command(program: readonly string[]): readonly string[];
  /** The most that it has had; page cache included, which the kernel takes back before it kills. */
  peakBytes(): number;
  /** After its processes have ended. */
  remove(): void;
}

interface Files {
  readonly root: string;
  readonly limit: string;
  readonly peak: string;
}

const versions: readonly Files[] = [
  { root: "/sys/fs/cgroup/memory", limit: "memory.limit_in_bytes", peak: "memory.max_usage_in_bytes" },
  { root: "/sys/fs/cgroup", limit: "memory.max", peak: "memory.peak" },
];

/** Undefined where this process may not make groups. */
export function openMemoryGroup(limitBytes: number): MemoryGroup | undefined {
  for (const files of versions) {
    const folder = makeGroup(files);
    if (folder === undefined) continue;
    writeFileSync(join(folder, files.limit), String(limitBytes));
    const swap = join(folder, "memory.swap.max");
    if (existsSync(swap)) writeFileSync(swap, "0");
    return {
      command: (program) => [
        "/bin/sh",
        "-c",
        'echo $$ > "$0" && exec "$@"',
        join(folder, "cgroup.procs"),
        ...program,
      ],
      peakBytes: () => Number(readFileSync(join(folder, files.peak), "utf8")),
      remove: () => rmdirSync(folder),
    };
  }
  return undefined;
}

function makeGroup({ root, limit }: Files): string | undefined {
  try {
    accessSync(root, constants.W_OK);
  } catch {
    return undefined;
  }
  const folder = join(root, `imgseal-${process.pid}-${Math.trunc(performance.now() * 1000)}`);
  mkdirSync(folder);
  if (existsSync(join(folder, limit))) return folder;
  // Version 2 without the memory controller in this group.
  rmdirSync(folder);
  return undefined;
}

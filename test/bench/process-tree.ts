/** What a process and its children have used, from Linux's own accounting (proc(5)). */

import { readdirSync, readFileSync } from "node:fs";

export const hasAccounting = process.platform === "linux";

// USER_HZ is 100 on every architecture that Node runs on.
const ticksPerSecond = 100;
const kilobyte = 1024;

/** Seconds of all cores, also of children that have ended. */
export function cpuSeconds(pid: number): number {
  const ticks = tree(pid).flatMap(({ userTicks, systemTicks, childTicks }) => [
    userTicks,
    systemTicks,
    childTicks,
  ]);
  return sum(ticks) / ticksPerSecond;
}

/** Bytes in memory now. Pages that two of the processes share are counted for both. */
export function residentBytes(pid: number): number {
  return sum(tree(pid).map(({ pid: each }) => residentKilobytes(each))) * kilobyte;
}

interface Stat {
  readonly pid: number;
  readonly parent: number;
  readonly userTicks: number;
  readonly systemTicks: number;
  readonly childTicks: number;
}

function tree(root: number): Stat[] {
  const all = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => readStat(Number(name)) ?? []);
  const found = all.filter(({ pid }) => pid === root);
  // Grows while it is walked: children of children.
  for (const { pid } of found) found.push(...all.filter(({ parent }) => parent === pid));
  return found;
}

function readStat(pid: number): Stat | undefined {
  const text = readIfThere(`/proc/${pid}/stat`);
  if (text === undefined) return undefined;
  // The second field is the program's name in parentheses, and may hold anything. The next one is the third.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const field = (number: number) => Number(fields[number - 3]);
  return {
    pid,
    parent: field(4),
    userTicks: field(14),
    systemTicks: field(15),
    childTicks: field(16) + field(17),
  };
}

function residentKilobytes(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB$/mu.exec(readIfThere(`/proc/${pid}/status`) ?? "")?.[1] ?? 0);
}

/** A process may end between two looks at it. */
function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

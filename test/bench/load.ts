/** Load for a length of time, from a process of its own: wrk where it is installed, else autocannon. */

import { execFile, execFileSync } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { cpus } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Setting } from "./benchmark.ts";
import type { Figures } from "./contest.ts";
import { machineIdleSeconds } from "./machine.ts";
import type { ServerProcess } from "./server-process.ts";

export interface Load {
  /** Paths with their queries, asked for in turn. */
  readonly targets: readonly string[];
  readonly connections: number;
  readonly seconds: number;
  readonly headers?: Readonly<Record<string, string>>;
}

interface Result {
  readonly requests: number;
  readonly seconds: number;
  /** Answers that are errors, and connections that broke. */
  readonly failed: number;
  readonly p99Milliseconds: number;
}

type Generator = (base: string, load: Load, targetsFile: string, scripts: string) => readonly string[];

const generators: Readonly<Record<string, Generator>> = {
  wrk: (base, { connections, seconds, headers = {} }, targetsFile, scripts) => [
    "wrk",
    "--threads=1",
    `--connections=${connections}`,
    `--duration=${seconds}s`,
    ...Object.entries(headers).map(([name, value]) => `--header=${name}: ${value}`),
    `--script=${join(scripts, "load-wrk.lua")}`,
    base,
    targetsFile,
  ],
  autocannon: (base, { connections, seconds, headers = {} }, targetsFile, scripts) => [
    process.execPath,
    join(scripts, "load-autocannon.mjs"),
    JSON.stringify({ url: base, connections, duration: seconds, headers }),
    targetsFile,
  ],
};

/** The generator that is used on this machine. */
export const generator = isInstalled("wrk") ? "wrk" : "autocannon";

/** What a benchmark says that cannot put load on anything. */
export const withoutGenerator = {
  notes: ["LEFT OUT: it needs wrk, or autocannon, which could not be installed"],
};

/** Whether there is one: autocannon is among the packages of test/bench. */
export function hasGenerator({ hasPeers }: Pick<Setting, "hasPeers">): boolean {
  return generator === "wrk" || hasPeers;
}

/** The columns of a server under load. */
export const loadColumns = { "requests/s": 0, "CPU µs per request": 1, "p99 ms": 2, "machine idle %": 0 };

/** Puts load on a server, and says what it came to by the server's own accounting. */
export async function putLoad(
  server: ServerProcess,
  load: Load,
  { work, root }: Pick<Setting, "work" | "root">,
): Promise<Figures> {
  const targetsFile = join(work, "targets.txt");
  await writeFile(targetsFile, `${load.targets.join("\n")}\n`);
  const scripts = fileURLToPath(new URL("test/bench", root));
  const [command = "", ...args] = generators[generator]?.(server.base, load, targetsFile, scripts) ?? [];
  const [cpuBefore, idleBefore, started] = [server.cpuSeconds(), machineIdleSeconds(), performance.now()];
  const { stdout } = await promisify(execFile)(command, args, { timeout: (load.seconds + 30) * 1000 });
  const idle = machineIdleSeconds() - idleBefore;
  const elapsed = (performance.now() - started) / 1000;
  // The generator's own words, if any, come before its figures.
  const result: Result = JSON.parse(stdout.slice(stdout.lastIndexOf("\n{")));
  if (result.failed > 0) throw new Error(`${result.failed} of ${result.requests} requests failed`);
  return {
    "requests/s": result.requests / result.seconds,
    "CPU µs per request": ((server.cpuSeconds() - cpuBefore) / result.requests) * 1e6,
    "p99 ms": result.p99Milliseconds,
    "machine idle %": (idle / elapsed / cpus().length) * 100,
  };
}

function isInstalled(command: string): boolean {
  try {
    execFileSync("sh", ["-c", `command -v ${command}`], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** The workers of a server, as the machine sees them: proc(5), or pgrep where there is no such thing. */

import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import type { ServerProcess } from "./server-process.ts";

export function killWorker(server: ServerProcess): void {
  const [worker] = workersOf(server);
  if (worker === undefined) throw new Error("the server has no worker");
  process.kill(worker, "SIGKILL");
}

/** Resolves when the server of so many workers has started another one in the place of the one that was killed. */
export async function untilReplaced(server: ServerProcess, workers: number): Promise<ServerProcess> {
  while (!server.told().includes("another one takes its place") || workersOf(server).length < workers) {
    if (!server.isRunning()) throw new Error(`the server has ended: ${server.told()}`);
    await delay(10);
  }
  return server;
}

function workersOf({ pid }: ServerProcess): readonly number[] {
  const children = `/proc/${pid}/task/${pid}/children`;
  const text = existsSync(children)
    ? readFileSync(children, "utf8")
    : spawnSync("pgrep", ["-P", String(pid)], { encoding: "utf8" }).stdout;
  return (text.match(/\d+/g) ?? []).map(Number);
}

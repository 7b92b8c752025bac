/** Servers under test: processes of their own, on a free port of this machine. */

import { spawn } from "node:child_process";
import { createServer } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { cpuSeconds, residentBytes } from "./process-tree.ts";

export interface ServerProcess {
  /** `http://127.0.0.1:PORT` */
  readonly base: string;
  /** From its start, its children included. */
  cpuSeconds(): number;
  residentBytes(): number;
  stop(): Promise<void>;
}

export interface Launch {
  /** Default: this very `node`. */
  readonly command?: string;
  /** For a port. */
  readonly args: (port: string) => readonly string[];
  readonly env?: (port: string) => Readonly<Record<string, string>>;
  readonly cwd?: string;
}

const startSeconds = 30;
const stopSeconds = 12;
const running = new Set<number>();

// Whatever ends the benchmarks ends what they started.
process.once("exit", () => {
  for (const pid of running) signal(pid, "SIGKILL");
});

/** Starts a server and waits until it answers. */
export async function startServer(launch: Launch): Promise<ServerProcess> {
  const port = String(await freePort());
  const child = spawn(launch.command ?? process.execPath, launch.args(port), {
    cwd: launch.cwd,
    env: { ...process.env, NODE_ENV: "production", ...launch.env?.(port) },
    stdio: ["ignore", "ignore", "pipe"],
    // A process group of its own: npm does not always pass on a signal.
    detached: true,
  });
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const { pid } = child;
  if (pid === undefined) throw new Error(`${launch.command ?? "node"} cannot be started`);
  running.add(pid);
  let told = "";
  child.stderr?.on("data", (text) => {
    told = (told + text).slice(-2_000);
  });
  const base = `http://127.0.0.1:${port}`;
  await untilAnswers(base, () => child.exitCode === null);
  if (child.exitCode !== null) throw new Error(`a server did not start: ${told}`);
  return {
    base,
    cpuSeconds: () => cpuSeconds(pid),
    residentBytes: () => residentBytes(pid),
    async stop() {
      signal(pid, "SIGTERM");
      await Promise.race([ended, delay(stopSeconds * 1000, undefined, { ref: false })]);
      signal(pid, "SIGKILL");
      await ended;
      running.delete(pid);
    },
  };
}

/** To the whole group; one that has ended needs none. */
function signal(pid: number, name: "SIGTERM" | "SIGKILL"): void {
  try {
    process.kill(-pid, name);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}

/** Any answer will do. */
async function untilAnswers(base: string, isAlive: () => boolean): Promise<void> {
  const endsAt = performance.now() + startSeconds * 1000;
  while (isAlive()) {
    try {
      await (await fetch(`${base}/_health`)).arrayBuffer();
      return;
    } catch (cause) {
      if (performance.now() > endsAt) throw new Error(`no answer from ${base}`, { cause });
    }
    await delay(10);
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (typeof address !== "object" || address === null) throw new Error("no free port");
  return address.port;
}

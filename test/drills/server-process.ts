/** `imgseal serve` as a process of its own: to be killed, signalled, starved and watched. */

import { spawn } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { vectors } from "../vectors/signed-urls.ts";

export interface ServerProcess {
  readonly port: number;
  readonly pid: number;
  /** The log, a line per request, parsed. */
  readonly logged: readonly Readonly<Record<string, unknown>>[];
  /** What it said to its operator. */
  readonly told: () => string;
  /** Resolves with the exit code, or with the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>;
  isRunning(): boolean;
  signal(signal: NodeJS.Signals): void;
  /** SIGKILL to the process and all its children, as a power cut would. */
  killAll(): Promise<void>;
  /** SIGTERM, and then waits; a server that does not end is killed. */
  stop(): Promise<number | NodeJS.Signals>;
}

export interface Launch {
  readonly main: string;
  readonly sources: string;
  readonly derivatives: string;
  /** For its key file. */
  readonly work: string;
  readonly workers?: number;
  /** What comes before `node`, such as unshare(1) or setpriv(1). */
  readonly wrapper?: readonly string[];
  readonly nodeArgs?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Without a line per request, where nobody reads them. */
  readonly isQuiet?: boolean;
}

const presets = fileURLToPath(new URL("../../presets.yaml", import.meta.url));
const startMilliseconds = 20_000;
const stopMilliseconds = 15_000;

/** Groups that were started and have not ended. Whatever ends the drills ends them. */
const groups = new Set<number>();
process.once("exit", () => {
  for (const pid of groups) killGroup(pid);
});

/** Starts the server on a free port of 127.0.0.1 and waits until it listens. */
export async function startServer(launch: Launch): Promise<ServerProcess> {
  const {
    main,
    sources,
    derivatives,
    work,
    workers = 1,
    wrapper = [],
    nodeArgs = [],
    env = {},
    isQuiet = false,
  } = launch;
  await mkdir(work, { recursive: true });
  const keys = join(work, "drill.keys.json");
  await writeFile(keys, JSON.stringify(vectors.keys), { mode: 0o600 });
  const options = [
    "--sources",
    sources,
    "--derivatives",
    derivatives,
    "--workers",
    String(workers),
    ...(isQuiet ? ["--quiet"] : []),
  ];
  const command = [process.execPath, ...nodeArgs, main, "serve", ...options, "--port", "0", "--json"];
  const [file = "", ...args] = [...wrapper, ...command, "--keys", keys, "--presets", presets];
  const child = spawn(file, args, {
    cwd: work,
    env: { ...process.env, IMGSEAL_KEYS: "", IMGSEAL_PRESETS: "", ...env },
    stdio: ["ignore", "pipe", "pipe"],
    // A group of its own, so that its children can be killed with it.
    detached: true,
  });
  let told = "";
  child.stderr.on("data", (text) => {
    told += text;
  });
  const ended = new Promise<number | NodeJS.Signals>((resolve) => {
    // Not "exit": its workers write to the same pipes, and have to end as well.
    child.once("close", (code, signal) => resolve(signal ?? code ?? -1));
    child.once("error", (cause) => {
      told += String(cause);
      resolve(-1);
    });
  });
  const { pid } = child;
  if (pid === undefined) {
    await ended;
    throw new Error(`the server cannot be started: ${told}`);
  }
  groups.add(pid);
  ended.then(() => groups.delete(pid));

  const logged: Record<string, unknown>[] = [];
  const lines = createInterface({ input: child.stdout });
  const port = await new Promise<number>((resolve, reject) => {
    const giveUp = (why: string) => reject(new Error(`the server did not start, ${why}: ${told}`));
    const timer = setTimeout(giveUp, startMilliseconds, "it said nothing for too long");
    ended.then((how) => giveUp(`it ended with ${how}`));
    lines.on("line", (line) => {
      const fields: Record<string, unknown> = JSON.parse(line);
      if (typeof fields.gallery !== "string") {
        logged.push(fields);
        return;
      }
      clearTimeout(timer);
      resolve(Number(new URL(fields.gallery).port));
    });
  });

  return {
    port,
    pid,
    logged,
    told: () => told,
    ended,
    isRunning: () => child.exitCode === null && child.signalCode === null,
    signal: (signal) => child.kill(signal),
    async killAll() {
      killGroup(pid);
      await ended;
    },
    async stop() {
      child.kill("SIGTERM");
      const timer = setTimeout(killGroup, stopMilliseconds, pid);
      const how = await ended;
      clearTimeout(timer);
      return how;
    },
  };
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch (cause) {
    // It has ended by itself.
    if (!(cause instanceof Error && "code" in cause && cause.code === "ESRCH")) throw cause;
  }
}

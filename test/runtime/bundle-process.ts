/** An unpacked bundle in a process of its own, without Lambda's runtime around it. */

import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath, pathToFileURL } from "node:url";

export interface RunningBundle {
  /** What the handler answers, through JSON as at Lambda; rejects with the handler's message when it throws. */
  invoke(event: object): Promise<unknown>;
  /** The lines that it wrote to standard output. */
  readonly logged: readonly string[];
  close(): Promise<void>;
}

export interface BundleSetting {
  /** Its whole environment: nothing of this process comes along. */
  readonly env?: Readonly<Record<string, string>>;
  /** The Node that runs it; the one that runs this unless said. */
  readonly node?: string;
}

interface Answer {
  readonly id: string | number;
  readonly result?: unknown;
  readonly error?: string;
}

interface Waiting {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** Imports `index.mjs` of an unpacked bundle; rejects with what it wrote when it does not load. */
export async function importBundle(folder: string, setting: BundleSetting = {}): Promise<RunningBundle> {
  const program = fileURLToPath(new URL("./bundle-process.mjs", import.meta.url));
  const child = fork(program, [pathToFileURL(join(folder, "index.mjs")).href], {
    cwd: folder,
    env: { ...setting.env },
    execPath: setting.node ?? process.execPath,
    execArgv: [],
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  const logged: string[] = [];
  if (child.stdout !== null) createInterface(child.stdout).on("line", (line) => logged.push(line));
  let complaint = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    complaint += text;
  });
  const waiting = new Map<Answer["id"], Waiting>();
  child.on("message", (answer: Answer) => {
    const { resolve, reject } = waiting.get(answer.id) ?? {};
    waiting.delete(answer.id);
    if (answer.error === undefined) resolve?.(answer.result);
    else reject?.(new Error(answer.error));
  });
  child.once("close", (code) => {
    const ended = new Error(`the bundle's process ended with ${code}:\n${complaint}`);
    for (const { reject } of waiting.values()) reject(ended);
  });
  const wait = (id: Answer["id"]) =>
    new Promise<unknown>((resolve, reject) => waiting.set(id, { resolve, reject }));
  let last = 0;
  await wait("ready");
  return {
    logged,
    invoke(event) {
      last += 1;
      const answer = wait(last);
      child.send({ id: last, event });
      return answer;
    },
    async close() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill();
      await once(child, "close");
    },
  };
}

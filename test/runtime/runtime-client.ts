/** A function under AWS's runtime interface client, on one of the Nodes that Lambda@Edge runs. */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import type { MemoryGroup } from "./memory-group.ts";
import { type Invocation, type RuntimeApi, startRuntimeApi } from "./runtime-api.ts";

/** Major versions, each a package of test/runtime/package.json. */
export const nodes = [22, 24] as const;
export type NodeMajor = (typeof nodes)[number];

export interface FunctionSetting {
  readonly node: NodeMajor;
  /** Beside what Lambda itself sets. */
  readonly env?: Readonly<Record<string, string>>;
  /** What the function is told of its memory, and what it is held to when there is a group. */
  readonly memoryMegabytes?: number;
  readonly memory?: MemoryGroup;
}

export interface RunningFunction {
  /** What the handler answers, through JSON; rejects with FunctionError when it throws or does not load. */
  invoke(event: object): Promise<unknown>;
  /** The same, as text and timed. */
  deliver(event: object): Promise<Invocation>;
  /** The lines that it wrote to standard output, as the client's console shapes them. */
  readonly logged: readonly string[];
  /** When its process was started, by performance.now(). */
  readonly startedMilliseconds: number;
  /** The most memory that the process has had resident so far (VmHWM of proc(5)). */
  peakBytes(): number;
  close(): Promise<void>;
}

const require = createRequire(import.meta.url);

/** The program of a Node that Lambda@Edge runs. */
export function nodeProgram(node: NodeMajor): string {
  return require.resolve(`node${node}/bin/node`);
}

/** Starts the function in `folder` (handler: index.handler). It loads meanwhile: the first event waits for it. */
export async function startFunction(folder: string, setting: FunctionSetting): Promise<RunningFunction> {
  const api = await startRuntimeApi();
  const program = [nodeProgram(setting.node), require.resolve("aws-lambda-ric")];
  const [command = "", ...args] = setting.memory?.command(program) ?? program;
  const startedMilliseconds = performance.now();
  const child = spawn(command, args, {
    cwd: folder,
    env: lambdaEnvironment(folder, api, setting),
    stdio: ["ignore", "pipe", "pipe"],
  });
  const logged: string[] = [];
  createInterface(child.stdout).on("line", (line) => logged.push(line));
  let complaint = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    complaint += text;
  });
  child.once("error", (error) => api.fail(error));
  child.once("close", (code, signal) => {
    api.fail(new Error(`the function's process ended with ${code ?? signal}\n${complaint}`));
  });
  return {
    invoke: async (event) => JSON.parse((await api.invoke(event)).text),
    deliver: api.invoke,
    logged,
    startedMilliseconds,
    peakBytes: () => peakBytes(child.pid),
    async close() {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill("SIGKILL");
        await once(child, "close");
      }
      await api.close();
    },
  };
}

/**
 * "Defined runtime environment variables" of the Lambda developer guide, and nothing of this process: at the edge a
 * function has no others.
 */
function lambdaEnvironment(
  folder: string,
  { address }: RuntimeApi,
  { node, env, memoryMegabytes = 1_536 }: FunctionSetting,
): Record<string, string> {
  return {
    AWS_LAMBDA_RUNTIME_API: address,
    _HANDLER: "index.handler",
    LAMBDA_TASK_ROOT: folder,
    AWS_EXECUTION_ENV: `AWS_Lambda_nodejs${node}.x`,
    AWS_LAMBDA_FUNCTION_NAME: "us-east-1.imgseal",
    AWS_LAMBDA_FUNCTION_VERSION: "1",
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memoryMegabytes),
    AWS_LAMBDA_LOG_GROUP_NAME: "/aws/lambda/us-east-1.imgseal",
    AWS_LAMBDA_LOG_STREAM_NAME: "2026/11/23/[1]0123456789abcdef0123456789abcdef",
    AWS_REGION: "us-east-1",
    LANG: "en_US.UTF-8",
    TZ: ":UTC",
    PATH: "/usr/local/bin:/usr/bin:/bin",
    ...env,
  };
}

function peakBytes(pid: number | undefined): number {
  const kilobytes = /^VmHWM:\s+(\d+) kB$/mu.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  return Number(kilobytes) * 1024;
}

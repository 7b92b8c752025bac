/** Runs commands in this process, on a terminal of memory and with a clock that stands still. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { run } from "../../src/cli/program.ts";
import { exitCodes, type Terminal } from "../../src/cli/terminal.ts";

export interface Finished {
  readonly exitCode: number;
  readonly out: string;
  readonly err: string;
}

/** 2026-11-23T12:00:00Z */
export const noon = Date.UTC(2026, 10, 23, 12);

export async function imgseal(...args: string[]): Promise<Finished> {
  return imgsealOn("", ...args);
}

/** With something on standard input. */
export async function imgsealOn(input: string | Uint8Array, ...args: string[]): Promise<Finished> {
  const { terminal, finished } = memoryTerminal(input);
  await run(args, terminal);
  return finished();
}

export function memoryTerminal(
  input: string | Uint8Array = "",
  changes: Partial<Terminal> = {},
): {
  readonly terminal: Terminal;
  readonly finished: () => Finished;
} {
  const out: string[] = [];
  const err: string[] = [];
  const terminal: Terminal = {
    out: (text) => out.push(`${text}\n`),
    err: (text) => err.push(`${text}\n`),
    async *input() {
      yield Buffer.from(input);
    },
    write: async (octets) => {
      out.push(Buffer.from(octets).toString("utf8"));
    },
    nowMilliseconds: () => noon,
    wait: async () => {},
    exitCode: exitCodes.ok,
    ...changes,
  };
  return {
    terminal,
    finished: () => ({ exitCode: terminal.exitCode, out: out.join(""), err: err.join("") }),
  };
}

/** A folder of this test's own. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "imgseal-cli-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

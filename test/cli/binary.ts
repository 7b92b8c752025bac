/** The compiled command, as `npm install` puts it on the path. */

import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll } from "vitest";

export const root = join(import.meta.dirname, "../..");

/** Compiles once for a test file, into a folder of its own: other files compile and run at the same time. */
export function compiledCommand(): { readonly main: string } {
  const folder = { path: "" };
  beforeAll(() => {
    // Within the repository, so that packages are found.
    folder.path = mkdtempSync(join(root, "node_modules/.imgseal-cli-"));
    execFileSync(process.execPath, ["scripts/compile.mjs", folder.path], { cwd: root });
  });
  afterAll(() => rmSync(folder.path, { recursive: true, force: true }));
  return {
    get main() {
      return join(folder.path, "cli/main.js");
    },
  };
}

export interface ProcessOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Arguments of node itself. */
  readonly nodeArgs?: readonly string[];
}

export function runProcess(
  main: string,
  args: readonly string[],
  { cwd, env, nodeArgs = [] }: ProcessOptions = {},
) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [...nodeArgs, main, ...args], {
    cwd: cwd ?? root,
    env: environment(env),
    encoding: "utf8",
    // A server that should have refused to start would hold the test for ever.
    timeout: 60_000,
  });
  return { exitCode: status, out: stdout, err: stderr };
}

/** Without what the person who runs the tests has set. */
export function environment(more: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  const { IMGSEAL_PRESETS: _presets, IMGSEAL_KEYS: _keys, ...inherited } = process.env;
  return { ...inherited, ...more };
}

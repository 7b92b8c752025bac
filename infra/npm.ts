/** npm as a process. */

import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

/** @throws Error with npm's own error lines, or with the reason why it could not be run */
export async function runNpm(args: readonly string[], folder: string): Promise<void> {
  try {
    // On Windows npm is a batch file, which only a shell runs; the arguments are all our own.
    await run("npm", args, { cwd: folder, shell: process.platform === "win32" });
  } catch (error) {
    throw new Error(reasonOf(error));
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if ("code" in error && error.code === "ENOENT") return "npm cannot be run: it is not on the PATH";
  const output = "stderr" in error && typeof error.stderr === "string" ? error.stderr : "";
  const lines = output
    .split("\n")
    // Neither npm's stack nor the place of its log says anything about the reason.
    .filter((line) => /^npm (?:error|ERR!) (?!\s*at )/u.test(line) && !/complete log|debug-\d/u.test(line));
  return lines.length === 0 ? error.message : lines.slice(0, 5).join("\n");
}

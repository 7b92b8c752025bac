/** `imgseal serve` as users run it: compiled, in a process of its own. */

import { fileURLToPath } from "node:url";
import type { Setting } from "./benchmark.ts";
import { type ServerProcess, startServer } from "./server-process.ts";

export interface Folders {
  readonly sources: string;
  readonly derivatives: string;
}

/** Path of the compiled command line. */
export function imgsealProgram({ compiled }: Pick<Setting, "compiled">): string {
  return fileURLToPath(new URL("dist/cli/main.js", compiled));
}

/** The command line of `serve`, with the presets of the benchmarks unless others are given. */
export function serveArgs(
  { presets: { file, keyFile } }: Pick<Setting, "presets">,
  { sources, derivatives }: Folders,
  port: string,
): string[] {
  const folders = ["--sources", sources, "--derivatives", derivatives];
  return ["serve", ...folders, "--port", port, "--presets", file, "--keys", keyFile, "--quiet"];
}

/** Starts it, and waits for its first answer. */
export function serveImgseal(
  setting: Pick<Setting, "compiled" | "presets">,
  folders: Folders,
  flags: readonly string[] = [],
): Promise<ServerProcess> {
  return startServer({
    args: (port) => [imgsealProgram(setting), ...serveArgs(setting, folders, port), ...flags],
  });
}

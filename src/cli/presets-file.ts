/** Reading the presets file. */

import { join } from "node:path";
import type { PresetTable } from "../presets/table.ts";
import { UserError } from "./failure.ts";
import { packageRoot } from "./package-root.ts";
import { readTextFile } from "./text-file.ts";

/**
 * The compiled presets of a file.
 *
 * @throws UserError with the whole report; its cause is the PresetFileError
 */
export async function readPresets(file: string): Promise<PresetTable> {
  const text = await readText(file);
  const { parsePresets, PresetFileError } = await import("../presets/parse.ts");
  const { compilePresets } = await import("../presets/compile.ts");
  try {
    return compilePresets(parsePresets(text, file));
  } catch (cause) {
    if (!(cause instanceof PresetFileError)) throw cause;
    const count = cause.problems.length;
    const problems = count === 1 ? "1 problem" : `${count} problems`;
    throw new UserError(`${file} has ${problems}`, { report: cause.message, cause });
  }
}

async function readText(file: string): Promise<string> {
  const text = await readTextFile(file, "a presets file");
  if (text === undefined) {
    throw new UserError(
      `there is no presets file at ${file}; name one with --presets FILE or IMGSEAL_PRESETS, ` +
        `or begin with a copy of ${join(packageRoot(), "presets.yaml")}`,
    );
  }
  // A report shows the lines that it is about, and JSON is YAML: the file names swapped would print the keys.
  if (/"kty"\s*:/.test(text)) throw new UserError(`${file} holds keys, and --presets needs a presets file`);
  return text;
}

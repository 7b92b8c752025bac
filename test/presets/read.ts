import { compilePresets } from "../../src/presets/compile.ts";
import { PresetFileError, parsePresets } from "../../src/presets/parse.ts";
import { lookup, type Preset, type PresetTable } from "../../src/presets/table.ts";

/** The table of a file with these presets, each an object or YAML's flow style. */
export function tableOf(presets: Readonly<Record<string, object>>, blocks: object = {}): PresetTable {
  // JSON is YAML too.
  return compilePresets(parsePresets(JSON.stringify({ version: 1, ...blocks, presets }), "presets.yaml"));
}

/** A file's only preset. */
export function presetOf(options: object): Preset {
  return lookup(tableOf({ only: options }), "only");
}

/** The error of a file that is not valid. */
export function errorOf(text: string): PresetFileError {
  try {
    parsePresets(text, "presets.yaml");
  } catch (error) {
    if (error instanceof PresetFileError) return error;
    throw error;
  }
  throw new Error("expected the file to be refused");
}

/** `path: message` of every problem of a file. */
export function problemsOf(text: string): string[] {
  return errorOf(text).problems.map(({ path, message }) => (path === "" ? message : `${path}: ${message}`));
}

/** `path: message` of every problem of a file with these presets. */
export function problemsOfPresets(presets: Readonly<Record<string, object>>, blocks: object = {}): string[] {
  return problemsOf(JSON.stringify({ version: 1, ...blocks, presets }));
}

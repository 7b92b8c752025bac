/** Reading the compiled preset table that an earlier build wrote. */

import type { PresetTable } from "../presets/table.ts";
import { UserError } from "./failure.ts";
import { readTextFile } from "./text-file.ts";

/** @throws UserError when it is not there, or not what `imgseal build` writes */
export async function readPresetTable(file: string): Promise<PresetTable> {
  const text = await readTextFile(file, "a preset table");
  if (text === undefined) throw new UserError(`there is no preset table at ${file}`);
  const json = parseJson(text);
  if (isPresetTable(json)) return json;
  throw new UserError(
    `${file} is not a preset table; --previous takes the preset-table.json of an earlier build`,
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Its members and the identity of every preset; the options within were checked by the build that wrote them. */
function isPresetTable(json: unknown): json is PresetTable {
  if (!isObject(json) || !isObject(json.presets)) return false;
  if (!isObject(json.signing) || !isObject(json.limits) || !isObject(json.cors)) return false;
  return Object.entries(json.presets).every(
    ([name, preset]) =>
      isObject(preset) &&
      preset.name === name &&
      typeof preset.revision === "string" &&
      /^[0-9a-f]{12}$/.test(preset.revision) &&
      Array.isArray(preset.formats),
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

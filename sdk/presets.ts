/** What signing and `<img>` tags need to know of the presets. */

import type { Preset, PresetTable } from "../src/presets/table.ts";
import { isObject } from "../src/urls/json.ts";
import { misuse, oneOf } from "./misuse.ts";

/** One preset, compiled. */
export interface SignerPreset
  extends Pick<
    Preset,
    | "revision"
    | "sources"
    | "width"
    | "height"
    | "aspectRatio"
    | "widths"
    | "dprs"
    | "fit"
    | "withoutEnlargement"
  > {
  readonly formats: readonly string[];
}

/** A compiled preset table, or the part of it that signing needs. */
export interface SignerPresets {
  readonly signing: PresetTable["signing"];
  readonly presets: Readonly<Record<string, SignerPreset>>;
}

/** The names of presets: their literals where the table is a const, else `string`. */
export type PresetName<Presets> = Extract<keyof Presets, string>;

interface DeclaredKinds {
  readonly widths: number;
  readonly dprs: number;
  readonly formats: string;
}

/** What a preset declares under `widths`, `dprs` or `formats`: `never` when a const table has no such member. */
export type Declared<P, Member extends keyof DeclaredKinds> = Member extends keyof P
  ? NonNullable<P[Member]> extends readonly (infer Value extends DeclaredKinds[Member])[]
    ? Value
    : never
  : never;

/** Someone who passes presets.yaml as it was read finds out here, and not through `rev=undefined` in a page. */
export function parsePresets(table: unknown): SignerPresets {
  if (isPresetTable(table)) return table;
  return misuse("presets", "a compiled preset table, each preset with its revision and formats", table);
}

/** @throws TypeError with the names that there are */
export function findPreset(presets: SignerPresets["presets"], name: unknown): SignerPreset {
  const preset = typeof name === "string" && Object.hasOwn(presets, name) ? presets[name] : undefined;
  return preset ?? misuse("preset", oneOf(Object.keys(presets), name), name);
}

function isPresetTable(table: unknown): table is SignerPresets {
  return (
    isObject(table) &&
    isObject(table.signing) &&
    isObject(table.presets) &&
    Object.values(table.presets).every(
      (preset) => isObject(preset) && typeof preset.revision === "string" && Array.isArray(preset.formats),
    )
  );
}

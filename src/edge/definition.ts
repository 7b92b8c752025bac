/** Which definition of a preset a canonical path means, while two deployments overlap. */

import { ImgsealError } from "../errors.ts";
import type { Preset, PresetTable } from "../presets/table.ts";
import type { Variant } from "../presets/variant.ts";

export interface Definition {
  readonly preset: Preset;
  /** The path names a revision that this function does not know: its own definition has to do. */
  readonly isStale: boolean;
}

/**
 * The definition with the path's revision, in this deployment's table or the one before, else this one's own.
 *
 * @throws ImgsealError PRESET_SKEWED when no table knows the name: a newer viewer-request is already live
 */
export function definitionOf(
  { preset: name, revision }: Pick<Variant, "preset" | "revision">,
  { table, previous }: { readonly table: PresetTable; readonly previous?: PresetTable },
): Definition {
  const own = presetNamed(table, name);
  const known = [own, previous && presetNamed(previous, name)].find(
    (preset) => preset?.revision === revision,
  );
  if (known !== undefined) return { preset: known, isStale: false };
  if (own !== undefined) return { preset: own, isStale: true };
  throw new ImgsealError(
    "PRESET_SKEWED",
    `the path names the preset "${name}", which this deployment does not know`,
  );
}

function presetNamed({ presets }: PresetTable, name: string): Preset | undefined {
  return Object.hasOwn(presets, name) ? presets[name] : undefined;
}

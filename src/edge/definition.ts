/** Which definition of a preset a canonical path means, while two deployments overlap. */

import { ImgsealError } from "../errors.ts";
import { declaredVariants, type Preset, type PresetTable } from "../presets/table.ts";
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
 * @throws ImgsealError VARIANT_UNDECLARED when the preset of that revision never makes such a variant
 */
export function definitionOf(
  variant: Variant,
  { table, previous }: { readonly table: PresetTable; readonly previous?: PresetTable },
): Definition {
  const { preset: name, revision } = variant;
  const own = presetNamed(table, name);
  const known = [own, previous && presetNamed(previous, name)].find(
    (preset) => preset?.revision === revision,
  );
  if (known !== undefined) {
    requireDeclared(known, variant);
    return { preset: known, isStale: false };
  }
  if (own !== undefined) return { preset: own, isStale: true };
  throw new ImgsealError(
    "PRESET_SKEWED",
    `the path names the preset "${name}", which this deployment does not know`,
  );
}

/** viewer-request lets no other variant through; should it once be detached, nobody may mint sizes by hand. */
function requireDeclared(preset: Preset, { width, dpr, format }: Variant): void {
  const isDeclared = declaredVariants(preset).some(
    (declared) => declared.format === format && declared.width === width && declared.dpr === dpr,
  );
  if (!isDeclared) {
    throw new ImgsealError("VARIANT_UNDECLARED", `the preset "${preset.name}" declares no such variant`);
  }
}

function presetNamed({ presets }: PresetTable, name: string): Preset | undefined {
  return Object.hasOwn(presets, name) ? presets[name] : undefined;
}

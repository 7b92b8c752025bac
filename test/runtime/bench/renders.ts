/** Misses: which pictures in which variants. */

import { declaredSelectors, type Preset } from "../../../src/presets/table.ts";
import type { Variant } from "../../../src/presets/variant.ts";
import { formatCanonicalPath } from "../../../src/urls/canonical-path.ts";
import type { EdgeSetting } from "./setting.ts";

/** The sample picture of 6000x4000. */
export const largeSource = "photos/24-megapixels.jpg";

export type Selected = Pick<Variant, "width" | "dpr" | "format">;

export function pathOf({ name, revision }: Preset, source: string, selected: Selected): string {
  return formatCanonicalPath({ source, preset: name, revision, ...selected });
}

/** The largest picture in every format of every preset, then each other one in every format of the widest preset. */
export function samplePaths({ presets, sources }: EdgeSetting): string[] {
  const large = Object.values(presets.table.presets).flatMap((preset) => pathsOf(preset, largeSource));
  const others = sources.filter((source) => source !== largeSource);
  return [...large, ...others.flatMap((source) => pathsOf(presets.named("banner"), source))];
}

/** Every format at the largest size. */
function pathsOf(preset: Preset, source: string): string[] {
  const largest = declaredSelectors(preset).at(-1);
  return preset.formats.map((format) => pathOf(preset, source, { ...largest, format }));
}

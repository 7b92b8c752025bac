/** Misses: which pictures in which variants. */

import { declaredVariants, type Preset } from "../../../src/presets/table.ts";
import type { Variant } from "../../../src/presets/variant.ts";
import { formatCanonicalPath } from "../../../src/urls/canonical-path.ts";
import type { EdgeSetting } from "./setting.ts";

/** The sample picture of 6000x4000. */
export const largeSource = "photos/24-megapixels.jpg";

export type Selected = Pick<Variant, "width" | "dpr" | "format">;

export function pathOf({ name, revision }: Preset, source: string, selected: Selected): string {
  return formatCanonicalPath({ source, preset: name, revision, ...selected });
}

/** The largest picture in every declared variant, then each other one in the largest variant of every preset. */
export function samplePaths({ presets, sources }: EdgeSetting): string[] {
  const all = Object.values(presets.table.presets);
  const large = all.flatMap((preset) =>
    declaredVariants(preset).map((variant) => pathOf(preset, largeSource, variant)),
  );
  const others = sources.filter((source) => source !== largeSource);
  const rest = others.flatMap((source) =>
    all.flatMap((preset) => {
      const largest = declaredVariants(preset).at(-1);
      return largest === undefined ? [] : [pathOf(preset, source, largest)];
    }),
  );
  return [...large, ...rest];
}

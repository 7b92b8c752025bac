/** What is allowed in a presets file and worth a second thought. */

import { type Preset, type PresetTable, variantsPerSource } from "../presets/table.ts";
import { formatQuantity } from "../presets/units.ts";

export interface PresetWarning {
  readonly preset: string;
  readonly message: string;
}

// Ten widths in three formats. Each is a render, a stored object and a cache entry for every source.
const manyVariants = 30;

const checks: readonly ((preset: Preset) => string | undefined)[] = [
  ({ cache: { maxAgeSeconds, edgeMaxAgeSeconds } }) => {
    if (edgeMaxAgeSeconds === undefined || edgeMaxAgeSeconds <= maxAgeSeconds) return undefined;
    const [maxAge, edge] = [maxAgeSeconds, edgeMaxAgeSeconds].map((seconds) =>
      formatQuantity("seconds", seconds),
    );
    return (
      `the edge keeps it ${edge} and says how old it is (Age), so a browser that gets it after ${maxAge} has a stale ` +
      `copy at once and asks again on every view; a maxAge near ${edge} costs no freshness at the edge`
    );
  },
  (preset) => {
    const variants = variantsPerSource(preset);
    if (variants <= manyVariants) return undefined;
    return `one source can become ${variants} pictures, each rendered, stored and cached on its own; fewer widths or formats hit the cache more often`;
  },
  ({ formats }) => {
    // A client takes jpeg, png and gif unasked: what comes after the first of them is never negotiated.
    const first = formats.findIndex((format) => format !== "avif" && format !== "webp");
    const unreached = first === -1 ? [] : formats.slice(first + 1);
    if (unreached.length === 0) return undefined;
    return `every client takes ${formats[first]}, so ${unreached.join(", ")} behind it is sent only to URLs that ask for it with fm`;
  },
  ({ metadata }) =>
    metadata === "keep"
      ? "metadata is kept whole, with the place where a photograph was taken (GPS), for everyone to read"
      : undefined,
];

/** In the order of the file. */
export function findWarnings({ presets }: PresetTable): PresetWarning[] {
  return Object.values(presets).flatMap((preset) =>
    checks.flatMap((check) => {
      const message = check(preset);
      return message === undefined ? [] : [{ preset: preset.name, message }];
    }),
  );
}

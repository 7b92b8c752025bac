/** A checked file becomes the frozen table that everything else runs on. */

import { effortOf, geometryOf, qualityOf } from "./derived.ts";
import type { PresetFile } from "./parse.ts";
import { revisionOf } from "./revision.ts";
import type { ResolvedOptions } from "./schema.ts";
import type { Preset, PresetTable } from "./table.ts";

/** The table of a checked file: deeply frozen plain data, equal to itself after a trip through JSON. */
export function compilePresets({ signing, limits, cors, presets }: PresetFile): PresetTable {
  const table: PresetTable = {
    signing: {
      requireExpiry: signing.requireExpiry,
      ...(signing.maxLifetime !== undefined && { maxLifetimeSeconds: signing.maxLifetime }),
    },
    limits: {
      sourceBytes: limits.sourceBytes,
      sourcePixels: limits.sourcePixels,
      sourceFrames: limits.sourceFrames,
      renderSeconds: limits.renderTime,
    },
    cors: { origins: cors.origins ?? [] },
    presets: Object.fromEntries(presets.map(({ name, options }) => [name, compilePreset(name, options)])),
  };
  return deepFreeze(table);
}

function compilePreset(name: string, options: ResolvedOptions): Preset {
  const { width, height, aspectRatio, widths, dprs, ...others } = options;
  const quality = qualityOf(options);
  const preset = {
    ...others,
    ...geometryOf(options),
    name,
    sources: options.sources ?? [],
    formats: atLeastOne(options.formats),
    quality,
    minQuality: Math.min(options.minQuality, ...Object.values(quality)),
    effort: effortOf(options),
    cache: {
      maxAgeSeconds: options.cache.maxAge,
      ...(options.cache.edge !== undefined && { edgeMaxAgeSeconds: options.cache.edge }),
      ...(options.cache.staleWhileRevalidate !== undefined && {
        staleWhileRevalidateSeconds: options.cache.staleWhileRevalidate,
      }),
    },
  };
  return { ...preset, revision: revisionOf(preset) };
}

function atLeastOne<T>([first, ...others]: readonly T[]): [T, ...T[]] {
  if (first === undefined) throw new TypeError("expected at least one format");
  return [first, ...others];
}

function deepFreeze<T>(value: T): T {
  if (typeof value === "object" && value !== null) {
    for (const member of Object.values(value)) deepFreeze(member);
    Object.freeze(value);
  }
  return value;
}

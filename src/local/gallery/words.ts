/** A preset in few words, as the gallery shows it. */

import type { Preset } from "../../presets/table.ts";

export interface Fact {
  readonly name: string;
  readonly value: string;
}

/** `200 × 150`, `640–1920 wide`, `original size` */
export function describeSize({ width, height, widths }: Preset): string {
  const [smallest, largest] = [widths?.at(0), widths?.at(-1)];
  if (smallest !== undefined && largest !== undefined) {
    return smallest === largest ? `${smallest} wide` : `${smallest}–${largest} wide`;
  }
  if (width !== undefined && height !== undefined) return `${width} × ${height}`;
  if (width !== undefined) return `${width} wide`;
  return height !== undefined ? `${height} high` : "original size";
}

/** Everything that one may want to know of a preset before looking at its pictures. */
export function describePreset(preset: Preset): readonly Fact[] {
  const { fit, position, formats, quality, lossless, maxBytes, overflow, cache, access, sources } = preset;
  // With one side or none there is nothing to fit.
  const hasBox =
    preset.aspectRatio !== undefined || (preset.width !== undefined && preset.height !== undefined);
  const isPlaced = fit === "cover" || fit === "contain";
  const lifetime = formatSeconds(cache.maxAgeSeconds);
  const atEdge = cache.edgeMaxAgeSeconds;
  return [
    { name: "Size", value: describeSize(preset) },
    ...(hasBox ? [{ name: "Fit", value: isPlaced ? `${fit}, ${position}` : fit }] : []),
    {
      name: lossless ? "Formats, lossless" : "Formats and quality",
      value: formats
        .map((format) => [format, lossless ? undefined : quality[format]].join(" ").trim())
        .join(", "),
    },
    { name: "At most", value: formatBytes(maxBytes) + (overflow === "redirect" ? ", else redirected" : "") },
    {
      name: "Cached",
      value: atEdge === undefined ? lifetime : `${lifetime}, ${formatSeconds(atEdge)} at the edge`,
    },
    { name: "Access", value: access },
    ...(sources.length > 0 ? [{ name: "Only", value: sources.join(", ") }] : []),
    { name: "Revision", value: preset.revision },
  ];
}

/** `94 B`, `6.1 kB`, `12 MB`; decimal prefixes, as in presets.yaml. */
export function formatBytes(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`;
  const [value, unit] = bytes < 999_500 ? [bytes / 1_000, "kB"] : [bytes / 1_000_000, "MB"];
  return `${value < 9.95 ? value.toFixed(1) : Math.round(value)} ${unit}`;
}

function formatSeconds(seconds: number): string {
  const units = [
    { size: 86_400, name: "d" },
    { size: 3_600, name: "h" },
    { size: 60, name: "min" },
  ];
  const unit = units.find(({ size }) => seconds >= size && seconds % size === 0);
  return unit === undefined ? `${seconds} s` : `${seconds / unit.size} ${unit.name}`;
}

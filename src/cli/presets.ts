/** `imgseal presets`: what each preset comes to. */

import type { Command } from "commander";
import { type Preset, type PresetTable, variantsPerSource } from "../presets/table.ts";
import { type FileOptions, keysOption, presetsOption } from "./file-options.ts";
import { readPresets } from "./presets-file.ts";
import type { Terminal } from "./terminal.ts";
import { formatTable } from "./text-table.ts";

interface Options extends FileOptions {
  readonly json?: true;
}

const help = `
VARIANTS is how many pictures one source can cost in that preset: every width or dpr in every format.
REVISION changes with everything that may change the bytes; an edited preset is rendered anew under new paths.

Examples:
  $ imgseal presets
  $ imgseal presets --json > presets.json`;

/** Declares the command. */
export function addPresets(program: Command, terminal: Terminal): void {
  program
    .command("presets")
    .summary("list the presets")
    .description(
      "Lists the presets: size, formats, widths or dprs, variants per source, revision and access.",
    )
    .addOption(presetsOption())
    .addOption(keysOption())
    .option("--json", "print the compiled presets as JSON, as the SDK takes them")
    .addHelpText("after", help)
    .action(async (options: Options) => {
      const table = await readPresets(options.presets);
      terminal.out(options.json === true ? toJson(table) : toText(Object.values(table.presets)));
    });
}

/** The compiled table, as `createSigner` takes it. */
function toJson(table: PresetTable): string {
  const presets = Object.entries(table.presets).map(([name, preset]) => [
    name,
    { ...preset, variantsPerSource: variantsPerSource(preset) },
  ]);
  return JSON.stringify({ ...table, presets: Object.fromEntries(presets) });
}

function toText(presets: readonly Preset[]): string {
  const table = formatTable([
    ["NAME", "SIZE", "FORMATS", "WIDTHS OR DPRS", "VARIANTS", "REVISION", "ACCESS"],
    ...presets.map((preset) => [
      preset.name,
      sizeInWords(preset),
      preset.formats.join(" "),
      selectorsInWords(preset),
      String(variantsPerSource(preset)),
      preset.revision,
      preset.access,
    ]),
  ]);
  const described = presets.flatMap(({ name, description }) =>
    description === undefined ? [] : [[name, description]],
  );
  return described.length === 0 ? table : `${table}\n\n${formatTable(described)}`;
}

/** `200x150 cover`, `24 wide`, `16:5`, or `original`. */
function sizeInWords({ width, height, aspectRatio, widths, fit }: Preset): string {
  if (widths !== undefined)
    return aspectRatio === undefined ? "by width" : `${ratioInWords(aspectRatio)} ${fit}`;
  if (width !== undefined && height !== undefined) return `${width}x${height} ${fit}`;
  const side = width !== undefined ? `${width} wide` : height !== undefined ? `${height} high` : "original";
  return aspectRatio === undefined ? side : `${side}, ${ratioInWords(aspectRatio)}`;
}

/** In the smallest whole numbers, up to 100; the table holds only the quotient. */
function ratioInWords(ratio: number): string {
  for (let height = 1; height <= 100; height++) {
    const width = ratio * height;
    if (Math.abs(width - Math.round(width)) < 1e-9) return `${Math.round(width)}:${height}`;
  }
  return ratio.toFixed(3);
}

// A line of a terminal is narrow: a long list is told by its ends.
const longestList = 20;

function selectorsInWords({ widths, dprs }: Preset): string {
  const all = widths?.join(" ") ?? dprs?.map((dpr) => `${dpr}x`).join(" ") ?? "-";
  if (all.length <= longestList) return all;
  const values = widths ?? dprs ?? [];
  return `${values[0]}..${values.at(-1)} (${values.length})`;
}

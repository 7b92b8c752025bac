/** `imgseal check`: says whether the presets file is valid, and everything that is wrong with it. */

import type { Command } from "commander";
import { type PresetTable, variantsPerSource } from "../presets/table.ts";
import { formatQuantity } from "../presets/units.ts";
import { UserError } from "./failure.ts";
import { type FileOptions, isGiven, keysOption, presetsOption } from "./file-options.ts";
import { readKeyFile } from "./key-file.ts";
import { findWarnings } from "./preset-warnings.ts";
import { readPresets } from "./presets-file.ts";
import { exitCodes, type Terminal, warn } from "./terminal.ts";

interface Options extends FileOptions {
  readonly json?: true;
}

const help = `
All problems are reported at once, each with its line and column. A key file is checked as well when it is named
(--keys FILE or IMGSEAL_KEYS). Exit code 0: valid, perhaps with warnings; 1: not valid.

Examples:
  $ imgseal check
  $ imgseal check --presets shop/presets.yaml --keys production.keys.json
  $ imgseal check --json`;

/** Declares the command. */
export function addCheck(program: Command, terminal: Terminal): void {
  const command = program
    .command("check")
    .summary("validate the presets file")
    .description("Validates the presets file, and warns of what is allowed but costly.")
    .addOption(presetsOption())
    .addOption(keysOption())
    .option("--json", "print problems and warnings as JSON")
    .addHelpText("after", help);
  command.action(async ({ presets: file, keys, json }: Options) => {
    const table = json === true ? await readOrReport(file, terminal) : await readPresets(file);
    if (table === undefined) return;
    if (isGiven(command, "keys")) await readKeyFile(keys, terminal);
    const warnings = findWarnings(table);
    if (json === true) {
      const presets = Object.keys(table.presets);
      terminal.out(JSON.stringify({ file, isValid: true, presets, problems: [], warnings }));
      return;
    }
    for (const { preset, message } of warnings) warn(terminal, `${file}: presets.${preset}: ${message}`);
    terminal.out(summary(file, table));
  });
}

/** The problems of an invalid file are this command's answer: as JSON they go to standard output. */
async function readOrReport(file: string, terminal: Terminal): Promise<PresetTable | undefined> {
  const { PresetFileError } = await import("../presets/parse.ts");
  try {
    return await readPresets(file);
  } catch (error) {
    const cause = error instanceof UserError ? error.cause : undefined;
    if (!(cause instanceof PresetFileError)) throw error;
    terminal.out(
      JSON.stringify({ file, isValid: false, presets: [], problems: cause.problems, warnings: [] }),
    );
    terminal.exitCode = exitCodes.failed;
    return undefined;
  }
}

function summary(file: string, { presets, signing }: PresetTable): string {
  const all = Object.values(presets);
  const variants = all.reduce((sum, preset) => sum + variantsPerSource(preset), 0);
  const open = all.filter(({ access }) => access === "public").map(({ name }) => name);
  const lifetime =
    signing.maxLifetimeSeconds === undefined
      ? "without a limit"
      : `at most ${formatQuantity("seconds", signing.maxLifetimeSeconds)} ahead`;
  return [
    `${file} is valid: ${all.length} presets, at most ${variants} variants per source`,
    `signed URLs: expiry ${signing.requireExpiry ? "required" : "optional"}, ${lifetime}`,
    `public, without a signature: ${open.length === 0 ? "none" : open.join(", ")}`,
  ].join("\n");
}

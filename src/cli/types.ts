/** `imgseal types`: the presets as TypeScript, so that a misspelt name does not compile. */

import { mkdir, watch, writeFile } from "node:fs/promises";
import { basename, dirname } from "node:path";
import type { Command } from "commander";
import { describeFailure, UserError, usageError } from "./failure.ts";
import { defaultPresets, type FileOptions, keysOption, presetsOption } from "./file-options.ts";
import { readPresets } from "./presets-file.ts";
import type { Terminal } from "./terminal.ts";
import { readTextFile } from "./text-file.ts";
import { formatManifest, formatTypes } from "./types-file.ts";

interface Options extends FileOptions {
  readonly out?: string;
  readonly json?: string;
  readonly check?: true;
  readonly watch?: true;
}

interface Output {
  readonly file: string;
  readonly text: string;
}

const help = `
The const is what createSigner and the functions of @imgseal/sdk/client take as presets; the manifest is the same as
JSON. Commit what is written, and let --check fail in CI when it is stale.

Examples:
  $ imgseal types --out src/presets.ts
  $ imgseal types --out src/presets.ts --json public/presets.json --watch
  $ imgseal types --out src/presets.ts --check`;

/** Declares the command. */
export function addTypes(program: Command, terminal: Terminal): void {
  program
    .command("types")
    .summary("write the presets as TypeScript")
    .description("Writes the presets as a TypeScript const: a misspelt name or width does not compile.")
    .addOption(presetsOption())
    .addOption(keysOption())
    .option("--out <file>", "the TypeScript module to write")
    .option("--json <file>", "the JSON manifest to write")
    .option("--check", "write nothing, and fail when a file is not what it would be")
    .option("--watch", "write again after each change of the presets file")
    .addHelpText("after", help)
    .action(async (options: Options) => {
      if (options.out === undefined && options.json === undefined) {
        throw usageError("types needs --out FILE.ts or --json FILE");
      }
      if (options.check && options.watch) throw usageError("--check and --watch exclude each other");
      if (options.check) await check(options, terminal);
      else if (options.watch) await keepWriting(options, terminal);
      else await write(options, terminal);
    });
}

async function outputsOf({ presets, out, json }: Options): Promise<Output[]> {
  const table = await readPresets(presets);
  return [
    ...(out === undefined ? [] : [{ file: out, text: formatTypes(table) }]),
    ...(json === undefined ? [] : [{ file: json, text: formatManifest(table) }]),
  ];
}

type State = "current" | "stale" | "missing";

async function stateOf({ file, text }: Output): Promise<State> {
  const there = await readTextFile(file, "a file to write");
  if (there === undefined) return "missing";
  return there === text ? "current" : "stale";
}

async function check(options: Options, terminal: Terminal): Promise<void> {
  const problems: string[] = [];
  for (const output of await outputsOf(options)) {
    const state = await stateOf(output);
    if (state === "current") terminal.out(`${output.file} is up to date`);
    else problems.push(`${output.file} ${inWords[state]} ${options.presets} comes to`);
  }
  if (problems.length > 0) {
    throw new UserError(`${problems.join(", and ")}; write with "${commandOf(options)}"`);
  }
}

const inWords: Readonly<Record<Exclude<State, "current">, string>> = {
  stale: "is stale: it is not what",
  missing: "is missing: it is to be what",
};

function commandOf({ presets, out, json }: Options): string {
  const flags = Object.entries({ presets: presets === defaultPresets ? undefined : presets, out, json });
  const given = flags.map(([name, file]) => (file === undefined ? "" : ` --${name} ${file}`));
  return `imgseal types${given.join("")}`;
}

/** What is as it should be is left alone: whatever watches it would run for nothing. */
async function write(options: Options, terminal: Terminal): Promise<void> {
  for (const output of await outputsOf(options)) {
    if ((await stateOf(output)) === "current") {
      terminal.out(`${output.file} is up to date`);
    } else {
      await mkdir(dirname(output.file), { recursive: true });
      await writeFile(output.file, output.text);
      terminal.out(`wrote ${output.file}`);
    }
  }
}

/** Until the process is told to end. A presets file with mistakes is reported, and the next change looked at. */
async function keepWriting(options: Options, terminal: Terminal): Promise<void> {
  const { presets } = options;
  // The folder, not the file: editors put a new file in its place.
  const changes = watch(dirname(presets));
  const writeOrReport = () =>
    write(options, terminal).catch((error: unknown) => terminal.err(describeFailure(error).text));
  await writeOrReport();
  terminal.err(`imgseal: watching ${presets}`);
  for await (const { filename } of changes) {
    // Some systems do not name it.
    if (filename === null || filename === basename(presets)) await writeOrReport();
  }
}

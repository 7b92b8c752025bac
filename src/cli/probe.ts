/** `imgseal probe`: holds what the emulator assumes of CloudFront against a distribution. */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import type { Finding } from "../operations/probe/probe.ts";
import type { PresetTable } from "../presets/table.ts";
import { blamingInput, UserError, usageError } from "./failure.ts";
import { type FileOptions, keysOption, presetsOption } from "./file-options.ts";
import { readKeyFile } from "./key-file.ts";
import { packageRoot } from "./package-root.ts";
import { readPresets } from "./presets-file.ts";
import { exitCodes, type Terminal } from "./terminal.ts";
import { formatTable } from "./text-table.ts";

interface Options extends FileOptions {
  readonly base?: string;
  readonly source?: string;
  readonly preset?: string;
  readonly function?: true;
  readonly invalidate?: string;
  readonly secondLocation?: string;
  readonly json?: true;
}

const lifetimeSeconds = 600;

const help = `
Some of what the emulator does is written on no page of AWS. This asks a distribution of yours, about 40 requests in a
minute or two, and renders one source of yours in two versions that nobody else asks for. What a viewer of imgseal cannot
see needs the probe function, which --function prints: deploy it to a distribution for tests, under /_probe/*.
Exit code 0: something was verified and nothing differs; 1: something does, nothing could be verified, or nobody answers.

Examples:
  $ imgseal probe --base https://d111111abcdef8.cloudfront.net --source photos/cat.jpg
  $ imgseal probe --function > index.mjs`;

/** Declares the command. */
export function addProbe(program: Command, terminal: Terminal): void {
  program
    .command("probe")
    .summary("ask CloudFront what the emulator assumes")
    .description("Asks a distribution whether what the emulator assumes of CloudFront is so.")
    .option("--base <url>", "the distribution (required)")
    .option("--source <key>", "a source that is there (required)")
    .option("--preset <name>", "a preset with several formats (default: the first one that has)")
    .option("--invalidate <command>", "invalidates the path in its last argument, and ends when that is done")
    .option("--second-location <address>", "an address of another edge location of the distribution")
    .option("--function", "print the probe function instead")
    .addOption(presetsOption())
    .addOption(keysOption())
    .option("--json", "print the findings as JSON")
    .addHelpText("after", help)
    .action((options: Options) => probeCommand(options, terminal));
}

async function probeCommand(options: Options, terminal: Terminal): Promise<void> {
  if (options.function === true) {
    const file = join(packageRoot(), "src/operations/probe/probe-function.mjs");
    terminal.out(readFileSync(file, "utf8").trimEnd());
    return;
  }
  const { base, source } = requiredOf(options);
  const [{ createSigner }, { createAsk, NoReply }, { probe }] = await Promise.all([
    import("../../sdk/index.ts"),
    import("../operations/probe/raw-request.ts"),
    import("../operations/probe/probe.ts"),
  ]);
  const presets = await readPresets(options.presets);
  const preset = options.preset ?? presetOf(presets);
  const { jwkSet } = await readKeyFile(options.keys, terminal);
  const now = terminal.nowMilliseconds;
  const sign = (version: string) =>
    blamingInput(
      async () => {
        const signer = createSigner({ baseUrl: base.origin, keys: jwkSet, presets, now });
        const expiresIn = Math.min(lifetimeSeconds, presets.signing.maxLifetimeSeconds ?? lifetimeSeconds);
        return (await signer.url(preset, source, { version, expiresIn })).slice(base.origin.length);
      },
      { exitCode: exitCodes.usage },
    );
  const { invalidate, secondLocation } = options;
  const findings = await probe({
    ask: createAsk(base),
    askSecond: secondLocation === undefined ? undefined : createAsk(base, requireLocation(secondLocation)),
    invalidate: invalidate === undefined ? undefined : (path) => runInvalidation(invalidate, path),
    sign,
    wait: terminal.wait,
    nowMilliseconds: now,
    runId: now().toString(36),
  }).catch((error: unknown) => {
    throw error instanceof NoReply ? new UserError(error.message, { cause: error }) : error;
  });
  terminal.out(options.json === true ? JSON.stringify(findings) : toText(findings));
  if (findings.some(({ verdict }) => verdict === "differs")) terminal.exitCode = exitCodes.failed;
  // Nothing verified must not read as success.
  if (findings.every(({ verdict }) => verdict !== "held" && verdict !== "differs")) {
    throw new UserError(
      `nothing was verified: ${base.origin} does not answer with the picture. --source has to be the key of a source ` +
        "that is there, and --presets and --keys the files that the distribution was built with",
    );
  }
}

function requiredOf({ base, source }: Options): { readonly base: URL; readonly source: string } {
  if (base === undefined || source === undefined) {
    throw usageError("missing --base or --source (see: imgseal probe --help)");
  }
  if (!/^https?:\/\/[^/?#]+\/?$/u.test(base) || !URL.canParse(base)) {
    throw usageError(`--base: expected an http or https URL without a path, received "${base}"`);
  }
  return { base: new URL(base), source };
}

function requireLocation(location: string): string {
  if (/^[^/?#@\s]+$/u.test(location) && URL.canParse(`http://${location}`)) return location;
  throw usageError(
    `--second-location: expected an address, or an address and a port, received "${location}"`,
  );
}

/** As the shell of whoever wrote it reads the command; the path is of letters, digits, `/`, `_` and `-`. */
async function runInvalidation(command: string, path: string): Promise<void> {
  const child = spawn(`${command} ${path}`, { shell: true, stdio: ["ignore", "ignore", "inherit"] });
  const [exitCode] = await once(child, "exit");
  if (exitCode !== 0) throw new UserError(`--invalidate: the command ended with ${exitCode} for ${path}`);
}

/** `Vary` is only there with several formats. */
function presetOf({ presets }: PresetTable): string {
  const several = Object.values(presets).find(({ formats }) => formats.length > 1);
  if (several === undefined) throw usageError("no preset has several formats: name one with --preset");
  return several.name;
}

function toText(findings: readonly Finding[]): string {
  const rows = findings.map(({ verdict, rule, seen }) => [verdict, rule, seen]);
  const differing = findings.filter(({ verdict }) => verdict === "differs");
  const notes = differing.map(({ rule, assumption }) => `${rule}: the emulator assumes: ${assumption}`);
  const isFunctionMissing = findings.some(({ lacks }) => lacks?.includes("the probe function"));
  if (isFunctionMissing) notes.push("the probe function is what `imgseal probe --function` prints");
  const table = formatTable([["VERDICT", "ASSUMPTION", "SEEN"], ...rows]);
  return notes.length === 0 ? table : `${table}\n\n${notes.join("\n")}`;
}

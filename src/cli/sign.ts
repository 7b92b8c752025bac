/** `imgseal sign`: prints the signed URL of a source in a preset. */

import { type Command, InvalidArgumentError } from "commander";
import type { SignerPresets } from "../../sdk/index.ts";
import { blamingInput } from "./failure.ts";
import { type FileOptions, keysOption, presetsOption } from "./file-options.ts";
import { readKeyFile, requireSigningKey } from "./key-file.ts";
import { parseExpiry } from "./moment.ts";
import { readPresets } from "./presets-file.ts";
import { exitCodes, type Terminal } from "./terminal.ts";

interface Options extends FileOptions {
  readonly expires?: Date | "never";
  readonly version?: string;
  readonly width?: number;
  readonly dpr?: number;
  readonly format?: string;
  readonly base: string;
  readonly json?: true;
}

const defaultLifetimeSeconds = 3_600;

const help = `
The first key of the key file signs. The URL is all that is printed; quote it in a shell, it holds "&".

Examples:
  $ imgseal sign thumb photos/cat.jpg
  $ imgseal sign banner photos/cat.jpg --width 1280 --expires 30d --base https://img.example.com
  $ imgseal sign card "photos/a b.jpg" --dpr 2 --format webp --expires never
  $ imgseal sign full press/kit.jpg --version 7f3a --expires 2027-01-31T18:00:00+01:00
  $ curl --output cat.webp "$(imgseal sign thumb photos/cat.jpg)"`;

/** Declares the command. */
export function addSign(program: Command, terminal: Terminal): void {
  program
    .command("sign")
    .summary("print a signed URL")
    .description("Prints the signed URL of a source image in a preset.")
    .argument("<preset>", "name of a preset (see: imgseal presets)")
    .argument("<source>", "key of the source: its path in the folder or bucket, without a leading slash")
    .option(
      "--expires <when>",
      "a lifetime such as 1h, a date (ISO 8601), or never (default: 1h, less if the presets file allows less)",
      (text: string) => parseExpiry(text, terminal.nowMilliseconds()),
    )
    .option("--version <version>", "version of the source; another one is another cache entry")
    .option("--width <pixels>", "one of the preset's widths", parseNumber)
    .option("--dpr <ratio>", "one of the preset's device pixel ratios", parseNumber)
    .option("--format <format>", "one of the preset's formats (default: what the browser accepts)")
    .option("--base <url>", "where imgseal answers", "http://127.0.0.1:8787")
    .addOption(presetsOption())
    .addOption(keysOption())
    .option("--json", "print the URL, key id and expiry as JSON")
    .addHelpText("after", help)
    .action((preset: string, source: string, options: Options) => sign(preset, source, options, terminal));
}

async function sign(preset: string, source: string, options: Options, terminal: Terminal): Promise<void> {
  const { createSigner } = await import("../../sdk/index.ts");
  const presets: SignerPresets = await readPresets(options.presets);
  const keyFile = await readKeyFile(options.keys, terminal);
  const { kid } = requireSigningKey(keyFile, options.keys, terminal);
  const now = terminal.nowMilliseconds;
  const expires = options.expires ?? defaultExpiry(now(), presets.signing.maxLifetimeSeconds);
  const { base, version, width, dpr, format } = options;

  const url = await blamingInput(
    () =>
      createSigner({ baseUrl: base, keys: keyFile.jwkSet, presets, now }).url(preset, source, {
        ...(expires !== "never" && { expiresAt: expires }),
        ...(version !== undefined && { version }),
        ...(width !== undefined && { width }),
        ...(dpr !== undefined && { dpr }),
        ...(format !== undefined && { format }),
      }),
    { inOurWords: inFlags, exitCode: exitCodes.usage },
  );
  if (options.json === true) {
    const expiry = expires === "never" ? null : expires.toISOString();
    terminal.out(JSON.stringify({ url, kid, expires: expiry }));
  } else terminal.out(url);
}

function defaultExpiry(nowMilliseconds: number, maxLifetimeSeconds = defaultLifetimeSeconds): Date {
  return new Date(nowMilliseconds + Math.min(defaultLifetimeSeconds, maxLifetimeSeconds) * 1000);
}

/** The SDK's options by the flags that they came from. */
const flags: Readonly<Record<string, string>> = {
  baseUrl: "--base",
  expiresIn: "--expires",
  expiresAt: "--expires",
  version: "--version",
  width: "--width",
  dpr: "--dpr",
  format: "--format",
};

function inFlags(message: string): string {
  return message.replace(/^(\w+)(?=:)/, (option) => flags[option] ?? option);
}

function parseNumber(text: string): number {
  if (!/^[1-9][0-9]{0,4}(?:\.[0-9]{1,2})?$/.test(text)) {
    throw new InvalidArgumentError("Expected a number above 0.");
  }
  return Number(text);
}

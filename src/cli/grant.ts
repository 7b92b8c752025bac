/** `imgseal grant`: prints a token that opens presets on sources until a time. */

import { type Command, InvalidArgumentError } from "commander";
import type { SignerPresets } from "../../sdk/index.ts";
import { blamingInput } from "./failure.ts";
import { type FileOptions, keysOption, presetsOption } from "./file-options.ts";
import { readKeyFile, requireSigningKey } from "./key-file.ts";
import { parseExpiry } from "./moment.ts";
import { readPresets } from "./presets-file.ts";
import { exitCodes, type Terminal } from "./terminal.ts";

interface Options extends FileOptions {
  readonly expires?: Date;
  readonly json?: true;
}

const defaultLifetimeSeconds = 3_600;

const help = `
A page that has the token builds its own URLs: /{preset}/{source}?grant={token}, and w, dpr and fm as with a signed URL.
Sources are whole keys, or prefixes that end in "/". The token is all that is printed.

Examples:
  $ imgseal grant card,zoom gallery/summer/
  $ imgseal grant thumb press/logo.png press/2026/ --expires 8h
  $ imgseal grant '*' '' --expires 10m                         every preset, every source`;

/** Declares the command. */
export function addGrant(program: Command, terminal: Terminal): void {
  program
    .command("grant")
    .summary("print a token for a page that builds its own URLs")
    .description("Prints a grant: a token that opens presets on sources until a time.")
    .argument("<presets>", "names of presets with commas between them, or *")
    .argument("<sources...>", 'source keys, or prefixes that end in "/"; an empty one for all')
    .option(
      "--expires <when>",
      "a lifetime such as 1h, or a date (ISO 8601) (default: 1h, less if the presets file allows less)",
      (text: string) => parseEnd(text, terminal),
    )
    .addOption(presetsOption())
    .addOption(keysOption())
    .option("--json", "print the token, key id and expiry as JSON")
    .addHelpText("after", help)
    .action((presets: string, sources: string[], options: Options) =>
      grant(presets.split(","), sources, options, terminal),
    );
}

async function grant(
  presets: readonly string[],
  sources: readonly string[],
  options: Options,
  terminal: Terminal,
): Promise<void> {
  const { createSigner } = await import("../../sdk/index.ts");
  const table: SignerPresets = await readPresets(options.presets);
  const keyFile = await readKeyFile(options.keys, terminal);
  const { kid } = requireSigningKey(keyFile, options.keys, terminal);
  const now = terminal.nowMilliseconds;
  const { maxLifetimeSeconds = defaultLifetimeSeconds } = table.signing;
  const soon = new Date(now() + Math.min(defaultLifetimeSeconds, maxLifetimeSeconds) * 1000);
  const expires = options.expires ?? soon;

  const token = await blamingInput(
    () =>
      // No URL is made, and so any origin will do.
      createSigner({ baseUrl: "http://localhost", keys: keyFile.jwkSet, presets: table, now }).grant({
        presets,
        sources,
        expiresAt: expires,
      }),
    { inOurWords: (message) => message.replace(/^expiresAt(?=:)/, "--expires"), exitCode: exitCodes.usage },
  );
  terminal.out(
    options.json === true ? JSON.stringify({ grant: token, kid, expires: expires.toISOString() }) : token,
  );
}

function parseEnd(text: string, { nowMilliseconds }: Terminal): Date {
  const end = parseExpiry(text, nowMilliseconds());
  if (end === "never") throw new InvalidArgumentError("A grant has to end.");
  return end;
}

/** `imgseal resign`: signs the URLs in a text anew. */

import { createReadStream } from "node:fs";
import type { Command } from "commander";
import { type ExpiryOptions, resolveExpiry } from "../../sdk/expiry.ts";
import { parseOrigin } from "../../sdk/origin.ts";
import type { Resigning, Tally } from "../operations/resign.ts";
import { parseQuantity } from "../presets/units.ts";
import { blamingInput, usageError } from "./failure.ts";
import { type FileOptions, keysOption, presetsOption } from "./file-options.ts";
import { readKeyFile } from "./key-file.ts";
import { parseExpiry } from "./moment.ts";
import { readPresets } from "./presets-file.ts";
import { tallyAsJson, tallyInWords } from "./tally.ts";
import { exitCodes, type Terminal } from "./terminal.ts";

interface Options extends FileOptions {
  readonly base: string;
  readonly expires: ExpiryOptions | "keep";
  readonly includeExpired?: true;
  readonly fromKey?: string;
  readonly inPlace?: true;
  readonly dryRun?: true;
  readonly json?: true;
}

const help = `
A filter for HTML, Markdown, JSON and the like: every URL of ours that verifies is signed with the key that signs now.
All other bytes stay as they are, and so does a URL that does not verify. The counts go to standard error.

Rotating keys for stored content, once the new key signs (imgseal keygen --help) and is deployed:
  $ imgseal resign --base https://img.example.com --from-key k1 --dry-run content/*.html
  $ imgseal resign --base https://img.example.com --from-key k1 --in-place content/*.html

Examples:
  $ imgseal resign --base https://img.example.com <page.html >new.html
  $ imgseal resign --base https://img.example.com --expires 90d --include-expired <feed.json >new.json`;

/** Declares the command. */
export function addResign(program: Command, terminal: Terminal): void {
  program
    .command("resign")
    .summary("sign the URLs in stored texts anew")
    .description("Signs the URLs in a text anew, with the key that signs now.")
    .argument("[files...]", "texts, written one after the other to standard output (default: standard input)")
    .requiredOption("--base <url>", "whose URLs are ours, such as https://img.example.com")
    .option(
      "--expires <when>",
      "a lifetime such as 90d, rounded to a window; a date (ISO 8601); never; or keep: each URL its own",
      (text: string) => parseExpires(text, terminal.nowMilliseconds()),
      "keep" as const,
    )
    .option("--include-expired", "sign those too that are rightly signed and out of time; needs --expires")
    .option("--from-key <kid>", "only the URLs of that key")
    .option("--in-place", "rewrite the files, those in which something changes")
    .option("--dry-run", "write no text and no file; only count")
    .addOption(presetsOption())
    .addOption(keysOption())
    .option("--json", "the counts as JSON")
    .addHelpText("after", help)
    .action((files: readonly string[], options: Options) => resignTexts(files, options, terminal));
}

async function resignTexts(files: readonly string[], options: Options, terminal: Terminal): Promise<void> {
  const { inPlace = false, dryRun = false } = options;
  if (inPlace && files.length === 0) throw usageError("--in-place needs files");
  const resigning = await resigningOf(options, terminal);
  const { resign } = await import("../operations/resign.ts");
  const { replaceFile } = await import("../operations/replace-file.ts");
  const total: Tally = new Map();
  for (const file of files.length === 0 ? [undefined] : files) {
    const tally: Tally = new Map();
    const rewrite = (text: AsyncIterable<Uint8Array>) => resign(text, resigning, tally);
    if (file !== undefined && inPlace && !dryRun) {
      await replaceFile(file, rewrite, () => tally.has("signed anew"));
    } else {
      const text = file === undefined ? terminal.input() : createReadStream(file);
      for await (const piece of rewrite(text)) if (!dryRun) await terminal.write(piece);
    }
    for (const [outcome, count] of tally) total.set(outcome, (total.get(outcome) ?? 0) + count);
  }
  terminal.err((options.json === true ? tallyAsJson : tallyInWords)(total, resigning));
}

async function resigningOf(options: Options, terminal: Terminal): Promise<Resigning> {
  const { base, expires, includeExpired = false, fromKey } = options;
  const origin = await blamingInput(() => parseOrigin(base, "--base"), { exitCode: exitCodes.usage });
  const table = await readPresets(options.presets);
  const { keys } = await readKeyFile(options.keys, terminal);
  const nowSeconds = Math.floor(terminal.nowMilliseconds() / 1000);
  const key = await blamingInput(() => keys.signingKeyAt(nowSeconds), {
    inOurWords: (message) => `${options.keys}: ${message}`,
  });
  if (fromKey !== undefined && keys.find(fromKey) === undefined) {
    const known = keys.keys.map(({ kid }) => kid).join(", ");
    throw usageError(`--from-key: expected one of ${known}, received "${fromKey}"`);
  }
  if (includeExpired && expires === "keep") {
    throw usageError("--include-expired needs --expires: with the expiry that it has, a URL stays expired");
  }
  const expiry = await blamingInput(
    () =>
      expires === "keep"
        ? expires
        : resolveExpiry(expires, undefined, table.signing, nowSeconds, key.window.exp),
    {
      inOurWords: (message) => message.replace(/^expires(?:In|At)(?=:)/, "--expires"),
      exitCode: exitCodes.usage,
    },
  );
  return {
    origin,
    table,
    keys,
    key,
    nowSeconds,
    expiry: expiry === "keep" ? expiry : { ...(expiry !== undefined && { exp: expiry }) },
    takesExpired: includeExpired,
    ...(fromKey !== undefined && { fromKid: fromKey }),
  };
}

/** A lifetime is rounded to a window, so that a second run within it changes nothing. */
function parseExpires(text: string, nowMilliseconds: number): ExpiryOptions | "keep" {
  if (text === "keep") return text;
  const moment = parseExpiry(text, nowMilliseconds);
  const isLifetime = parseQuantity("seconds", text) !== undefined;
  return isLifetime || moment === "never" ? { expiresIn: text } : { expiresAt: moment };
}

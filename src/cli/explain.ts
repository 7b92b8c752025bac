/** `imgseal explain`: says step by step why a URL is accepted or refused. */

import type { Command } from "commander";
import type { GrantClaims } from "../urls/grant.ts";
import { type Explanation, explain } from "./explanation.ts";
import { usageError } from "./failure.ts";
import { type FileOptions, keysOption, presetsOption } from "./file-options.ts";
import { readKeyFile } from "./key-file.ts";
import { formatUnixSeconds } from "./moment.ts";
import { readPresets } from "./presets-file.ts";
import { exitCodes, type Terminal } from "./terminal.ts";
import { formatTable } from "./text-table.ts";

interface Options extends FileOptions {
  readonly accept?: string;
  readonly json?: true;
}

const help = `
Nothing is fetched: the URL is judged with the presets and keys at hand, as the edge would judge it now.
Exit code 0: accepted; 1: refused. Whether the source exists is for the server to say.

Examples:
  $ imgseal explain 'https://img.example.com/thumb/photos/cat.jpg?exp=1893456000&kid=k1&sig=...'
  $ imgseal explain '/card/photos/cat.jpg?kid=k1&sig=...&dpr=2' --accept 'image/avif,image/webp,*/*'
  $ imgseal explain "$URL" --json`;

/** Declares the command. */
export function addExplain(program: Command, terminal: Terminal): void {
  program
    .command("explain")
    .summary("say why a URL is accepted or refused")
    .description("Says step by step why a URL is accepted or refused, and which picture it means.")
    .argument("<url>", "a whole URL, or its path and query; quote it, it holds &")
    .option("--accept <header>", "the client's Accept header")
    .addOption(presetsOption())
    .addOption(keysOption())
    .option("--json", "print the explanation as JSON")
    .addHelpText("after", help)
    .action(async (url: string, { presets, keys: keyFile, accept, json }: Options) => {
      const target = targetOf(url);
      const table = await readPresets(presets);
      const { keys } = await readKeyFile(keyFile, terminal);
      const nowSeconds = Math.floor(terminal.nowMilliseconds() / 1000);
      const explanation = explain(target, {
        table,
        keys,
        nowSeconds,
        ...(accept !== undefined && { accept }),
      });
      terminal.out(json === true ? JSON.stringify(explanation) : toText(explanation));
      if (explanation.outcome === "refused") terminal.exitCode = exitCodes.failed;
    });
}

/** Path and query as they are: the URL class would rewrite dot segments and other spellings that the edge refuses. */
function targetOf(url: string): string {
  const [, path = "", query = ""] = /^(?:https?:\/\/[^/?#]*)?([^?#]*)(\?[^#]*)?/i.exec(url) ?? [];
  if (path === "" && /^https?:/i.test(url)) return `/${query}`;
  if (!path.startsWith("/")) {
    throw usageError(`expected a URL, or a path that begins with "/", received "${url.slice(0, 80)}"`);
  }
  return path + query;
}

function toText(explanation: Explanation): string {
  const { path, parameters, parsed, key, signature, signedTarget, grant, expires, variant, canonicalPath } =
    explanation;
  const rows: [label: string, text: string | undefined][] = [
    ["path", path],
    ...parameters.map(({ name, value, meaning }, index): [string, string] => [
      index === 0 ? "query" : "",
      `${name}=${value}  ${meaning}`,
    ]),
    ["preset", parsed?.preset],
    ["source", parsed?.source],
    ["grant", grant && grantInWords(grant)],
    ["expires", expires],
    ["key", key && `${key.kid} (${key.alg}${key.isSigningKey ? ", the one that signs" : ""})`],
    ["signature", signature],
    ["text to sign", signature === "not needed" ? undefined : signedTarget],
    ["revision", variant?.revision],
    ["variant", variant && variantInWords(variant)],
    ["canonical path", canonicalPath],
    ...explanation.hints.map((hint, index): [string, string] => [index === 0 ? "note" : "", hint]),
    ["", ""],
    [explanation.outcome, verdict(explanation)],
  ];
  return formatTable(rows.flatMap(([label, text]) => (text === undefined ? [] : [[label, text]])));
}

function variantInWords({ width, dpr, version, format }: NonNullable<Explanation["variant"]>): string {
  const parts = [
    format,
    width && `${width} pixels wide`,
    dpr && `dpr ${dpr}`,
    version && `version ${version}`,
  ];
  return parts.filter((part) => part !== undefined).join(", ");
}

function grantInWords({ presets, sources, nbf }: GrantClaims): string {
  const begins = nbf === undefined ? "" : `, from ${formatUnixSeconds(nbf)} on`;
  return `opens ${presets.join(", ")} on ${sources.map((source) => `"${source}"`).join(", ")}${begins}`;
}

function verdict({ refusal, signature, grant }: Explanation): string {
  if (refusal !== undefined) return `${refusal.code} (${refusal.status}): ${refusal.reason}`;
  if (grant !== undefined) return "opened by its grant, which is rightly signed and in time";
  return signature === "not needed"
    ? "the preset is public, no signature is needed"
    : "rightly signed and in time";
}

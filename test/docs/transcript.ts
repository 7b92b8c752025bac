/** The console blocks of the docs, run again: `$ imgseal ...` lines with the output that they have now. */

import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "../../src/cli/program.ts";
import { exitCodes, type Terminal } from "../../src/cli/terminal.ts";
import { vectors } from "../vectors/signed-urls.ts";
import { root } from "./markdown.ts";

/** The document with every console block's output as it is: the same text when nothing has changed. */
export async function withRealOutput(text: string): Promise<string> {
  const home = process.cwd();
  const directory = await mkdtemp(join(tmpdir(), "imgseal-docs-"));
  process.chdir(directory);
  try {
    await layOut();
    const pieces = text.split(/(^```console\n.*?^```$)/msu);
    const written: string[] = [];
    for (const piece of pieces) written.push(piece.startsWith("```console") ? await rerun(piece) : piece);
    return written.join("");
  } finally {
    process.chdir(home);
    await rm(directory, { recursive: true });
  }
}

/** What `imgseal` prints, standard output and standard error in one, at the hour of the vectors. */
export async function outputOf(args: readonly string[]): Promise<string> {
  const lines: string[] = [];
  const terminal: Terminal = {
    out: (text) => lines.push(text),
    err: (text) => lines.push(text),
    async *input() {},
    write: async (octets) => {
      lines.push(Buffer.from(octets).toString("utf8").trimEnd());
    },
    nowMilliseconds: () => vectors.clock * 1000,
    wait: async () => {},
    exitCode: exitCodes.ok,
  };
  await run(args, terminal);
  return lines.map((line) => `${line}\n`).join("");
}

async function layOut(): Promise<void> {
  const presets = await readFile(new URL("presets.yaml", root), "utf8");
  await writeFile("presets.yaml", presets);
  const broken = presets
    .replace(/(?<= card:\n.*\n {4})width/u, "widht")
    .replace("fit: contain", "fit: covr")
    .replace("100kB", "100KB");
  await writeFile("broken.yaml", broken);
  await writeFile("imgseal.keys.json", JSON.stringify(vectors.keys), { mode: 0o600 });
  await writeFile("page.html", storedPage());
}

/** A page with a URL that the second key signed, one that is over, and one that is no longer whole. */
function storedPage(): string {
  const signed = vectors.valid.find(({ kid }) => kid === "demo-2")?.target ?? "";
  const expired = vectors.refused.find(({ code }) => code === "URL_EXPIRED")?.target ?? "";
  return [signed, expired, signed.slice(0, -9)]
    .map((target) => `<img src="https://img.example.com${target.replaceAll("&", "&amp;")}" alt="">\n`)
    .join("");
}

async function rerun(block: string): Promise<string> {
  let written = "```console\n";
  for (const [line, command = ""] of block.matchAll(/^\$ imgseal (.*)$/gmu)) {
    written += `${line}\n${await outputOf(wordsOf(command))}`;
  }
  return `${written}\`\`\``;
}

/** As a shell splits it, as far as the docs need one. */
function wordsOf(command: string): string[] {
  const words = command.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/gu);
  return [...words].map(([, single, double, bare]) => single ?? double ?? bare ?? "");
}

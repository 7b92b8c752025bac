/** Writes what is generated from the schema: presets.schema.json and the tables in docs/presets.md. */

import { readFile, writeFile } from "node:fs/promises";
import { editorSchema, optionTables } from "../src/presets/reference.ts";

const begin = "<!-- generated: node scripts/run.mjs generate -->";
const end = "<!-- end of generated -->";

/** The files as they should be, by their path from the repository's root. */
export async function generate(root: URL): Promise<ReadonlyMap<string, string>> {
  const docs = await readFile(new URL("docs/presets.md", root), "utf8");
  return new Map([
    ["presets.schema.json", editorSchema()],
    ["docs/presets.md", between(docs, optionTables())],
  ]);
}

export async function main(root: URL): Promise<void> {
  for (const [path, text] of await generate(root)) {
    await writeFile(new URL(path, root), text);
    console.log(path);
  }
}

function between(text: string, generated: string): string {
  const from = text.indexOf(begin);
  const to = text.indexOf(end);
  if (from === -1 || to < from) throw new Error(`expected docs/presets.md to hold "${begin}" and "${end}"`);
  return `${text.slice(0, from + begin.length)}\n\n${generated}\n\n${text.slice(to)}`;
}

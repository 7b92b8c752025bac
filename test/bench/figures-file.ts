/** The generated figures in docs/benchmarks.md. */

import { readFile, writeFile } from "node:fs/promises";

/** Puts each benchmark's figures between its two markers; what is not in the map stays as it is. */
export async function writeFigures(file: URL, figures: ReadonlyMap<string, string>): Promise<void> {
  let text = await readFile(file, "utf8");
  for (const [name, markdown] of figures) text = between(text, name, markdown);
  await writeFile(file, text);
}

function between(text: string, name: string, markdown: string): string {
  const begin = `<!-- figures: npm run bench -- ${name} --write -->`;
  const end = "<!-- end of figures -->";
  const from = text.indexOf(begin);
  const to = text.indexOf(end, from);
  if (from === -1 || to === -1)
    throw new Error(`docs/benchmarks.md has no "${begin}" with "${end}" after it`);
  return `${text.slice(0, from + begin.length)}\n\n${markdown}\n\n${text.slice(to)}`;
}

/** The generated figures in docs/benchmarks.md and docs/edge.md. */

import { readFile, writeFile } from "node:fs/promises";

/** Puts each benchmark's figures between its two markers; what is not in the map stays as it is. */
export async function writeFigures(
  file: URL,
  figures: ReadonlyMap<string, string>,
  command = "npm run bench",
): Promise<void> {
  let text = await readFile(file, "utf8");
  for (const [name, markdown] of figures) text = between(text, `${command} -- ${name}`, markdown);
  await writeFile(file, text);
}

function between(text: string, command: string, markdown: string): string {
  const begin = `<!-- figures: ${command} --write -->`;
  const end = "<!-- end of figures -->";
  const from = text.indexOf(begin);
  const to = text.indexOf(end, from);
  if (from === -1 || to === -1) throw new Error(`the document has no "${begin}" with "${end}" after it`);
  return `${text.slice(0, from + begin.length)}\n\n${markdown}\n\n${text.slice(to)}`;
}

/** docs/reliability.md: what a run came to, between the markers of each drill. */

import { readFile, writeFile } from "node:fs/promises";
import { availableParallelism, cpus } from "node:os";
import type { Drill, Report, Table } from "./drill.ts";

/** A report in Markdown: what was broken first, then the counts. */
export function reportText({ violations, leftOut = [], tables }: Report): string {
  const verdict =
    violations.length === 0 ? ["Held."] : ["**Broken:**", "", ...violations.map((words) => `- ${words}`)];
  const missing = leftOut.flatMap((reason) => ["", `**Left out:** ${reason}`]);
  return [...verdict, ...missing, ...tables.flatMap((table) => ["", ...tableText(table)])].join("\n");
}

/**
 * Replaces what stands between the markers of these drills, and of no others.
 *
 * @throws Error when the page lacks a marker
 */
export async function writeReports(page: URL, reports: ReadonlyMap<Drill, Report>): Promise<void> {
  let text = await readFile(page, "utf8");
  for (const [{ name }, report] of reports)
    text = between(text, name, `${machineText()}\n\n${reportText(report)}`);
  await writeFile(page, text);
}

function machineText(): string {
  const model = cpus()[0]?.model.trim() ?? "unknown processor";
  const day = new Date().toISOString().slice(0, 10);
  return `Last run ${day}, on ${availableParallelism()} cores (${model}), Node ${process.versions.node}, ${process.platform}.`;
}

function between(text: string, name: string, written: string): string {
  const begin = `<!-- written by: npm run drills -- ${name} --write -->`;
  const end = `<!-- end of ${name} -->`;
  const from = text.indexOf(begin);
  const to = text.indexOf(end);
  if (from === -1 || to < from)
    throw new Error(`expected docs/reliability.md to hold "${begin}" and "${end}"`);
  return `${text.slice(0, from + begin.length)}\n\n${written}\n\n${text.slice(to)}`;
}

function tableText({ title, columns, rows }: Table): string[] {
  const line = (cells: readonly (string | number)[]) =>
    `| ${cells.map((cell) => String(cell).replaceAll("|", "\\|")).join(" | ")} |`;
  return [
    ...(title === undefined ? [] : [`**${title}**`, ""]),
    line(columns),
    line(columns.map(() => "---")),
    ...rows.map(line),
  ];
}

/** A drill's short form, for the tests. */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Drill, Report } from "./drill.ts";

// Fixed: a test does the same at every run.
const seed = 20_261_123;
const soakSeconds = 4;

/** @param main the compiled command line, for drills that need one */
export async function runShort(drill: Drill, main = ""): Promise<Report> {
  const work = await mkdtemp(join(tmpdir(), `imgseal-drill-${drill.name}-`));
  try {
    const report = await drill.run({ form: "short", main, work, seed, soakSeconds, say: () => {} });
    for (const reason of report.leftOut ?? [])
      console.warn(`LEFT OUT of the drill "${drill.name}": ${reason}`);
    return report;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** The figures of one column, in the order of the rows. */
export function column({ tables }: Report, name: string): readonly (string | number)[] {
  return tables.flatMap(({ columns, rows }) => {
    const index = columns.indexOf(name);
    return index === -1 ? [] : rows.map((row) => row[index] ?? "");
  });
}

/** `npm run drills [-- NAME ...] [--short] [--seed N] [--soak-seconds N] [--write]`. */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { drills } from "./all.ts";
import type { Drill, Report } from "./drill.ts";
import { reportText, writeReports } from "./reliability-page.ts";

const tenMinutes = "600";

export async function main(
  args: string[],
  { root, main }: { readonly root: URL; readonly main: string },
): Promise<void> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      short: { type: "boolean", default: false },
      seed: { type: "string", default: "1" },
      "soak-seconds": { type: "string", default: tenMinutes },
      write: { type: "boolean", default: false },
    },
  });
  const unknown = positionals.filter((name) => !drills.some((drill) => drill.name === name));
  if (unknown.length > 0) {
    throw new Error(`expected ${drills.map(({ name }) => name).join(", ")}; received ${unknown.join(", ")}`);
  }
  const chosen = positionals.length === 0 ? drills : drills.filter(({ name }) => positionals.includes(name));
  const reports = new Map<Drill, Report>();
  for (const drill of chosen) {
    console.log(`\n${drill.name}: ${drill.promise}`);
    const work = await mkdtemp(join(tmpdir(), `imgseal-drill-${drill.name}-`));
    const started = performance.now();
    try {
      const report = await drill.run({
        form: values.short ? "short" : "full",
        main,
        work,
        seed: Number(values.seed),
        soakSeconds: Number(values["soak-seconds"]),
        say: (text) => process.stderr.write(`  ${text}\n`),
      });
      reports.set(drill, report);
      console.log(`\n${reportText(report)}\n${Math.round((performance.now() - started) / 1000)} s`);
    } finally {
      await rm(work, { recursive: true, force: true });
    }
  }
  if (values.write) await writeReports(new URL("docs/reliability.md", root), reports);
  if ([...reports.values()].some(({ violations }) => violations.length > 0)) process.exitCode = 1;
}

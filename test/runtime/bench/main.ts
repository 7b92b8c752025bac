/** `npm run bench:edge -- [NAME ...] [--quick] [--write]`: what the zips cost under Lambda's own runtime client. */

import { cpus, totalmem } from "node:os";
import { parseArgs } from "node:util";
import type { Report } from "../../bench/benchmark.ts";
import { writeFigures } from "../../bench/figures-file.ts";
import { formatReport } from "../../bench/tables.ts";
import { memory } from "./memory.ts";
import { originResponse } from "./origin-response.ts";
import { type EdgeSetting, openSetting } from "./setting.ts";
import { viewerRequest } from "./viewer-request.ts";

const command = "npm run bench:edge";

interface EdgeBenchmark {
  readonly name: string;
  run(setting: EdgeSetting): Promise<Report>;
}

const benchmarks: readonly EdgeBenchmark[] = [
  { name: "viewer-request", run: viewerRequest },
  { name: "origin-response", run: originResponse },
  { name: "memory", run: memory },
];

export async function main(args: string[], root: URL): Promise<void> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { quick: { type: "boolean" }, write: { type: "boolean" } },
  });
  const stranger = positionals.find((name) => !benchmarks.some((known) => known.name === name));
  if (stranger !== undefined) throw new Error(`no benchmark is named ${stranger}`);
  const isQuick = values.quick === true;
  if (isQuick && values.write === true) {
    throw new Error("--quick is not a measurement: --write does not take it");
  }
  const setting = await openSetting(root, isQuick);
  const figures = new Map<string, string>();
  try {
    for (const { name, run } of benchmarks) {
      if (positionals.length > 0 && !positionals.includes(name)) continue;
      process.stderr.write(`bench:edge: ${name}\n`);
      const markdown = `${machine()}\n\n${formatReport(await run(setting))}`;
      figures.set(name, markdown);
      console.log(`\n## ${name}\n\n${markdown}\n`);
    }
  } finally {
    await setting.close();
  }
  if (values.write === true) await writeFigures(new URL("docs/edge.md", root), figures, command);
}

function machine(): string {
  const [core] = cpus();
  return [
    `${cpus().length} cores (${core?.model.trim() ?? "unknown"}), ${Math.round(totalmem() / 1024 ** 3)} GiB`,
    `${process.platform} ${process.arch}`,
    "aws-lambda-ric 4.0.2",
    new Date().toISOString().slice(0, 10),
  ].join(" · ");
}

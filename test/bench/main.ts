/** `npm run bench -- [NAME ...] [--quick] [--json FILE] [--write]` */

import { rmSync } from "node:fs";
import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import type { Benchmark, Report, Setting } from "./benchmark.ts";
import { cold } from "./benchmarks/cold.ts";
import { hit } from "./benchmarks/hit.ts";
import { memory } from "./benchmarks/memory.ts";
import { render } from "./benchmarks/render.ts";
import { stampede } from "./benchmarks/stampede.ts";
import { startUp } from "./benchmarks/start-up.ts";
import { stored } from "./benchmarks/stored.ts";
import { viewerRequest } from "./benchmarks/viewer-request.ts";
import { workers } from "./benchmarks/workers.ts";
import { writeFigures } from "./figures-file.ts";
import { generator } from "./load.ts";
import { describeMachine } from "./machine.ts";
import { installPeers } from "./peers.ts";
import { photoIn, samplesIn } from "./pictures.ts";
import { readPresets } from "./signed-urls.ts";
import { formatReport } from "./tables.ts";

const benchmarks: readonly Benchmark[] = [
  render,
  viewerRequest,
  cold,
  hit,
  workers,
  stored,
  stampede,
  memory,
  startUp,
];

export async function main(args: string[], folders: Pick<Setting, "root" | "compiled">): Promise<void> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { quick: { type: "boolean" }, json: { type: "string" }, write: { type: "boolean" } },
  });
  const chosen = choose(positionals);
  const isQuick = values.quick === true;
  if (isQuick && values.write === true)
    throw new Error("--quick is not a measurement: --write does not take it");
  const say = (text: string) => process.stderr.write(`bench: ${text}\n`);
  if (isQuick) say("QUICK: a few rounds to see that everything runs; the figures are NOT a measurement");

  const work = await makeWork(folders.root);
  const samples = await samplesIn(join(work, "samples"));
  const photo = await photoIn(work, samples);
  const setting: Setting = {
    ...folders,
    isQuick,
    work,
    samples,
    photo: photo.path,
    presets: await readPresets(fileURLToPath(new URL("test/bench/presets.yaml", folders.root)), work),
    hasPeers: await installPeers(folders.root, say),
    say,
  };
  if (!setting.hasPeers) say("WITHOUT ipx, next and autocannon: what needs them is LEFT OUT");
  const machine = describeMachine(generator);
  const reports = await runAll(chosen, setting, `${machine} · photograph: ${photo.about}`);
  if (values.json !== undefined) {
    const json = { machine, photo: photo.about, isQuick, reports: Object.fromEntries(reports.reports) };
    await writeFile(values.json, `${JSON.stringify(json, undefined, 1)}\n`);
  }
  if (values.write === true) await writeFigures(new URL("docs/benchmarks.md", folders.root), reports.figures);
}

async function runAll(chosen: readonly Benchmark[], setting: Setting, machine: string) {
  const reports = new Map<string, Report>();
  const figures = new Map<string, string>();
  for (const { name, subject, run } of chosen) {
    setting.say(`${name}: ${subject}`);
    const started = performance.now();
    const report = await run(setting);
    const seconds = Math.round((performance.now() - started) / 1000);
    const markdown = `${machine}\n\n${formatReport(report)}`;
    reports.set(name, report);
    figures.set(name, markdown);
    console.log(`\n## ${name}: ${subject}\n\n${markdown}\n`);
    setting.say(`${name}: done in ${seconds} s`);
  }
  return { reports, figures };
}

function choose(names: readonly string[]): readonly Benchmark[] {
  const known = benchmarks.map(({ name }) => name);
  const stranger = names.find((name) => !known.includes(name));
  if (stranger !== undefined) throw new Error(`no benchmark is named ${stranger}: ${known.join(", ")}`);
  return names.length === 0 ? benchmarks : benchmarks.filter(({ name }) => names.includes(name));
}

/** On the disk of the repository, and not in a temporary folder that may be memory: what is written is measured. */
async function makeWork(root: URL): Promise<string> {
  const parent = fileURLToPath(new URL(".imgseal/", root));
  await mkdir(parent, { recursive: true });
  const work = await mkdtemp(join(parent, "bench-"));
  process.once("exit", () => rmSync(work, { recursive: true, force: true }));
  // So that the listeners of "exit" run: servers are stopped, and the folder goes.
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(130));
  return work;
}

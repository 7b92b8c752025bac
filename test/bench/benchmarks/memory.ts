import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { declaredVariants } from "../../../src/presets/table.ts";
import type { Benchmark, Check, Series, Setting } from "../benchmark.ts";
import { serveImgseal } from "../imgseal-server.ts";
import { watchMemory } from "../memory-watch.ts";
import { hasAccounting } from "../process-tree.ts";
import { type Answer, requestEach } from "../requests.ts";
import { type Presets, readPresets } from "../signed-urls.ts";
import { formatNumber } from "../tables.ts";

// The second is what a server at its bounds comes to: as many renders at once as it allows on two cores.
const parallelism = { judged: 2, reported: 4 };
const slices = 12;
const peakMegabytes = 300;
// What still counts as level: the allocator's own to and fro.
const levelPercent = 5;
const full = { renders: 3_000, hits: 20_000, restMilliseconds: 10_000 };
const quick = { renders: 48, hits: 500, restMilliseconds: 500 };

export const memory: Benchmark = {
  name: "memory",
  subject:
    "resident memory of `serve` and its children over all sample pictures in all shipped presets, mixed",
  async run(setting) {
    if (!hasAccounting) return { notes: ["LEFT OUT: resident memory is read from /proc"] };
    const { renders, hits, restMilliseconds } = setting.isQuick ? quick : full;
    // A folder of its own: the other benchmarks' key lies in the one above.
    const keys = join(setting.work, "memory-keys");
    await mkdir(keys, { recursive: true });
    const presets = await readPresets(fileURLToPath(new URL("presets.yaml", setting.root)), keys);
    const targets = await mixedTargets(presets, setting.samples, renders);
    // What was rendered last is still in the memory cache.
    const recent = targets.slice(-100);
    const repeated = Array.from({ length: hits }, (_, index) => recent[index % recent.length] ?? "");

    const within = <T>(name: string, concurrency: number, use: (server: Watched) => Promise<T>) =>
      withServer({ ...setting, presets }, join(setting.work, name), concurrency, use);
    const judged = await within("memory-judged", parallelism.judged, async (server) => {
      const cold = await askInSlices(server, targets);
      const warm = await server.ask("the last 100 again", recent);
      const hot = await server.ask(`${hits} hits`, repeated);
      await delay(restMilliseconds);
      const rest = server.look("at rest");
      return { idle: server.idle, cold, warm, hot, rest };
    });
    const reported = await within("memory-reported", parallelism.reported, async (server) => ({
      idle: server.idle,
      cold: await askInSlices(server, targets),
    }));

    const { idle, cold, warm, hot, rest } = judged;
    return {
      series: [
        seriesOf(parallelism.judged, idle, [...cold, warm, hot, rest]),
        seriesOf(parallelism.reported, reported.idle, reported.cold),
      ],
      checks: [...judgeRenders(cold, idle), ...judgeHits(warm, hot, rest)],
    };
  },
};

interface Watched {
  /** Megabytes after the start. */
  readonly idle: number;
  ask(label: string, targets: readonly string[]): Promise<Row>;
  /** Since it was asked last. */
  look(label: string): Row;
}

async function askInSlices(server: Watched, targets: readonly string[]): Promise<Row[]> {
  const rows: Row[] = [];
  for (let from = 0; from < targets.length; from += targets.length / slices) {
    const to = from + targets.length / slices;
    rows.push(await server.ask(`${to} renders`, targets.slice(from, to)));
  }
  return rows;
}

/** A server of its own, and what it has in memory. */
async function withServer<T>(
  setting: Setting,
  derivatives: string,
  concurrency: number,
  use: (server: Watched) => Promise<T>,
): Promise<T> {
  const server = await serveImgseal(setting, { sources: setting.samples, derivatives });
  const watch = watchMemory(server);
  try {
    await delay(1_000);
    const look = (label: string, statuses = "") => ({
      label,
      ...watch.since(),
      end: watch.megabytes(),
      statuses,
    });
    return await use({
      idle: watch.megabytes(),
      look,
      async ask(label, targets) {
        watch.since();
        const { answers } = await requestEach(server.base, targets, concurrency);
        return look(label, countStatuses(answers));
      },
    });
  } finally {
    watch.stop();
    await server.stop();
  }
}

function seriesOf(concurrency: number, idle: number, rows: readonly Row[]): Series {
  const above = formatNumber(peakOf(rows) - idle);
  return {
    title: `${concurrency} requests at a time. Idle after the start: ${formatNumber(idle)} MB; peak ${above} MB above it.`,
    columns: ["after", "mean MB", "peak MB", "MB at the end", "answers"],
    rows: rows.map(cells),
  };
}

interface Row {
  readonly label: string;
  /** Megabytes of 10^6 bytes. */
  readonly mean: number;
  readonly peak: number;
  readonly end: number;
  readonly statuses: string;
}

function countStatuses(answers: readonly Answer[]): string {
  const counts = new Map<number, number>();
  for (const { status } of answers) counts.set(status, (counts.get(status) ?? 0) + 1);
  return [...counts]
    .sort()
    .map(([status, count]) => `${count} x ${status}`)
    .join(", ");
}

function peakOf(rows: readonly Row[]): number {
  return Math.max(...rows.map(({ peak }) => peak));
}

/** Every picture in every variant of every preset, as often as it takes, in an order that is always the same. */
async function mixedTargets(presets: Presets, samples: string, count: number): Promise<string[]> {
  const entries = await readdir(samples, { recursive: true, withFileTypes: true });
  const pictures = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name).slice(samples.length + 1))
    .sort();
  const all = pictures.flatMap((source) =>
    Object.values(presets.table.presets).flatMap((preset) =>
      declaredVariants(preset).map(({ width, dpr, format }) => ({
        preset: preset.name,
        source,
        ...(width !== undefined && { w: width }),
        ...(dpr !== undefined && { dpr }),
        fm: format,
      })),
    ),
  );
  const passes = Math.ceil(count / all.length);
  return Array.from({ length: passes }, (_, pass) =>
    shuffled(all).map((url) => presets.sign({ ...url, ver: `m${pass}` })),
  )
    .flat()
    .slice(0, count);
}

let seed = 1;

function shuffled<T>(values: readonly T[]): T[] {
  return values
    .map((value) => {
      seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
      return { value, order: seed };
    })
    .sort((a, b) => a.order - b.order)
    .map(({ value }) => value);
}

function judgeRenders(rows: readonly Row[], idle: number): Check[] {
  const third = rows.length / 3;
  // Not the peaks: they tell which two renders happened to meet, and hide a slow growth below them.
  const level = (from: number, to: number) =>
    rows.slice(from, to).reduce((sum, { mean }) => sum + mean, 0) / (to - from);
  const [middle, last] = [level(third, 2 * third), level(2 * third, rows.length)];
  const above = peakOf(rows) - idle;
  return [
    {
      what: `peak at most ${peakMegabytes} MB above the idle server`,
      seen: `${formatNumber(above)} MB`,
      verdict: above <= peakMegabytes ? "held" : "missed",
    },
    {
      what: `levels off: the mean of the last third is at most ${levelPercent} % above that of the one before it`,
      seen: `${formatNumber(last)} MB after ${formatNumber(middle)} MB`,
      verdict: last <= middle * (1 + levelPercent / 100) ? "held" : "missed",
    },
  ];
}

function judgeHits(warm: Row, hot: Row, rest: Row): Check[] {
  return [
    {
      what: `hits make it grow by at most ${levelPercent} %`,
      seen: `${formatNumber(hot.end)} MB after ${formatNumber(warm.end)} MB`,
      verdict: hot.end <= warm.end * (1 + levelPercent / 100) ? "held" : "missed",
    },
    {
      what: `after load it falls or stays level within ${levelPercent} %`,
      seen: `${formatNumber(rest.end)} MB after ${formatNumber(hot.end)} MB`,
      verdict: rest.end <= hot.end * (1 + levelPercent / 100) ? "held" : "missed",
    },
  ];
}

function cells({ label, mean, peak, end, statuses }: Row): string[] {
  return [label, ...[mean, peak, end].map((megabytes) => formatNumber(megabytes)), statuses];
}

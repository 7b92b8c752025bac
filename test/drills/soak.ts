/** Ten minutes of mixed traffic: does anything grow, slow down or go wrong that a short test does not show? */

import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { hasAccounting, residentBytes } from "../bench/process-tree.ts";
import { openClient } from "./client.ts";
import { type Drill, Violations } from "./drill.ts";
import { seededRandom } from "./random.ts";
import { startServer } from "./server-process.ts";
import { brokenSource, type Exchange, hotPictures, type Kind, send } from "./traffic.ts";
import { createWorld } from "./world.ts";

const perSecond = { short: 100, full: 300 };
const shortestPeriodSeconds = 2;

// What the server itself counts for a picture in its memory, beside the body.
const cacheEntryBytes = 2_048;

// Judged over a soak that is long enough to show it: from the third period on, beside what the cache took in.
const shortestJudgedSeconds = 300;
const settledAfterPeriods = 3;
const maxGrowthBytes = 48 * 1024 * 1024;

export const soak: Drill = {
  name: "soak",
  promise: "Under mixed traffic (95 % hits, 4 % cold, 1 % bad) nothing goes wrong, and memory levels off.",
  async run({ main, work, form, seed, soakSeconds, say }) {
    const violations = new Violations();
    const world = await createWorld();
    const sources = join(work, "sources");
    const monitored = join(work, "monitor");
    await world.writeSources(sources);
    await writeFile(join(sources, brokenSource), "this is no picture");
    await mkdir(monitored);
    const server = await startServer({
      main,
      work,
      sources,
      derivatives: join(work, "derivatives"),
      nodeArgs: ["--import", fileURLToPath(new URL("./monitor.mjs", import.meta.url))],
      env: { IMGSEAL_DRILL_MONITOR: monitored },
      isQuiet: true,
    });
    const client = openClient(server.port, 64);
    for (const wanted of hotPictures(world)) await client.get(world.target(wanted));

    const started = Date.now();
    const periodSeconds = Math.max(shortestPeriodSeconds, soakSeconds / 10);
    const exchanges: Exchange[] = [];
    const memory: number[] = [];
    const sending = send({
      client,
      world,
      random: seededRandom(seed),
      perSecond: perSecond[form],
      seconds: soakSeconds,
      onExchange: (exchange) => {
        exchanges.push(exchange);
        if (exchange.fault !== undefined) violations.expect(false, `${exchange.kind}: ${exchange.fault}`);
      },
    });
    for (let end = periodSeconds; end <= soakSeconds; end += periodSeconds) {
      await delay(started + end * 1000 - Date.now());
      memory.push(hasAccounting ? residentBytes(server.pid) : 0);
      say(`${end} s, ${exchanges.length} answers, ${megabytes(memory.at(-1) ?? 0)} MB`);
    }
    await sending;
    client.close();
    violations.expect(!server.told().includes("another one takes its place"), "a worker has ended");
    violations.expect((await server.stop()) === 0, "the server did not end with 0");

    const samples = await readSamples(monitored);
    const rows = memory.map((bytes, index) => {
      const isWithin = (seconds: number) => Math.floor(seconds / periodSeconds) === index;
      const within = exchanges.filter(({ atSeconds }) => isWithin(atSeconds));
      const delays = samples.filter(({ at }) => isWithin((at - started) / 1000));
      return [
        `${index * periodSeconds} to ${(index + 1) * periodSeconds} s`,
        ...["hit", "cold", "bad"].map((kind) => within.filter((each) => each.kind === kind).length),
        within.filter(({ fault }) => fault !== undefined).length,
        ...latencies(within, "hit"),
        ...latencies(within, "cold"),
        megabytes(bytes),
        megabytes(cachedBytes(exchanges, (index + 1) * periodSeconds)),
        Math.max(0, ...delays.map(({ delay: { p99 } }) => p99)).toFixed(1),
        Math.max(0, ...delays.map(({ delay: { max } }) => max)).toFixed(1),
      ];
    });
    if (soakSeconds >= shortestJudgedSeconds && hasAccounting) {
      const ownBytes = memory.map(
        (bytes, index) => bytes - cachedBytes(exchanges, (index + 1) * periodSeconds),
      );
      const growth = (ownBytes.at(-1) ?? 0) - (ownBytes[settledAfterPeriods - 1] ?? 0);
      violations.expect(growth <= maxGrowthBytes, `memory grew by ${megabytes(growth)} MB beside its cache`);
    }
    return { tables: [{ columns, rows }], violations: violations.list };
  },
};

const columns = [
  "time",
  "hits",
  "cold",
  "bad",
  "wrong",
  "hit p50, ms",
  "hit p99, ms",
  "cold p50, ms",
  "cold p99, ms",
  "memory, MB",
  "of it cached since the start, MB",
  "event loop p99, ms",
  "event loop worst, ms",
];

interface Sample {
  readonly at: number;
  /** Milliseconds that the event loop came late, in one second. */
  readonly delay: { readonly p99: number; readonly max: number };
}

async function readSamples(folder: string): Promise<readonly Sample[]> {
  const files = await readdir(folder);
  const texts = await Promise.all(files.map((name) => readFile(join(folder, name), "utf8")));
  return texts.flatMap((text) => text.split("\n").filter(Boolean)).map((line) => JSON.parse(line));
}

function latencies(exchanges: readonly Exchange[], kind: Kind): string[] {
  const times = exchanges.filter((each) => each.kind === kind).map(({ milliseconds }) => milliseconds);
  times.sort((one, other) => one - other);
  const percentile = (part: number) =>
    times[Math.min(times.length - 1, Math.floor(times.length * part))] ?? 0;
  return [percentile(0.5).toFixed(1), percentile(0.99).toFixed(1)];
}

/** Every cold picture is one more in the server's memory, until its bound is reached. */
function cachedBytes(exchanges: readonly Exchange[], untilSeconds: number): number {
  return exchanges
    .filter(({ kind, atSeconds }) => kind === "cold" && atSeconds < untilSeconds)
    .reduce((sum, { bodyBytes }) => sum + bodyBytes + cacheEntryBytes, 0);
}

function megabytes(bytes: number): number {
  return Math.round(bytes / 1_000_000);
}

/** Slow, silent, greedy and forging clients, many at once, and what the others notice of them. */

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { hasAccounting, residentBytes } from "../bench/process-tree.ts";
import { noise } from "../fixtures/pictures.ts";
import { isLost, openClient } from "./client.ts";
import { type Drill, type Setting, Violations } from "./drill.ts";
import { establishedAt } from "./established.ts";
import { type Comparison, compareLatency } from "./latency.ts";
import { type Pressure, type PressureStage, pressures } from "./pressures.ts";
import { type ServerProcess, startServer } from "./server-process.ts";
import { createWorld, type Wanted, type World } from "./world.ts";

const wanted: Wanted = { preset: "thumb", source: "photos/scene.jpg" };
const large: Wanted = { preset: "full", source: "large.jpg" };
const maxRatio = 2;

// What one connection may cost, and what all together may cost on top: buffers, the garbage of a while.
const maxBytesPerClient = 64 * 1024;
const maxBytesOnTop = 96 * 1024 * 1024;

export const pressure: Drill = {
  name: "pressure",
  promise:
    "Slow, silent, greedy and forging clients are bounded, the server stays up, and its latency for others stays within " +
    `${maxRatio} x.`,
  async run(setting) {
    const violations = new Violations();
    const world = await createWorld();
    const { main, work } = setting;
    const sources = join(work, "sources");
    await world.writeSources(sources);
    await writeFile(join(sources, large.source), await noise(2800, 2000).jpeg({ quality: 95 }).toBuffer());
    const server = await startServer({ main, work, sources, derivatives: join(work, "derivatives") });
    const stage = { ...targetsOf(world), port: server.port };
    await warm(stage, violations);

    const rows: (string | number)[][] = [];
    for (const each of pressures) {
      setting.say(each.name);
      rows.push(await drillPressure(each, { stage, server, world, violations }, setting));
    }
    violations.expect(!server.told().includes("another one takes its place"), "a worker has ended");
    violations.expect((await server.stop()) === 0, "the server did not end with 0");
    return { tables: [{ columns, rows }], violations: violations.list };
  },
};

const columns = [
  "pressure",
  "connections reached",
  "p50 of others without it, ms",
  "under it, ms",
  "p99 without it, ms",
  "under it, ms",
  "memory, MB",
  "all ended by the server after",
];

interface Bench {
  readonly stage: Omit<PressureStage, "clients">;
  readonly server: ServerProcess;
  readonly world: World;
  readonly violations: Violations;
}

async function drillPressure(
  pressure: Pressure,
  { stage: common, server, world, violations }: Bench,
  { form }: Setting,
): Promise<(string | number)[]> {
  const { name, endsWithinSeconds } = pressure;
  const stage = { ...common, clients: pressure.clients[form] };
  const before = memoryOf(server);
  const comparison = form === "full" ? await compareLatency(pressure, stage) : undefined;
  if (comparison !== undefined) judge(comparison, name, violations);
  const pressing = await pressure.begin(stage);
  const started = performance.now();
  const client = openClient(server.port, 1);
  const answer = await client.get(stage.picture);
  const isRight = !isLost(answer) && answer.body.equals(await world.expected(wanted));
  violations.expect(isRight, `${name}: others do not get their picture`);
  client.close();

  const during = memoryOf(server);
  const isBounded = during - before <= pressing.reached * maxBytesPerClient + maxBytesOnTop;
  violations.expect(isBounded, `${name}: memory went from ${megabytes(before)} to ${megabytes(during)} MB`);
  let ended = "";
  if (form === "full" && hasAccounting && endsWithinSeconds !== undefined) {
    // By the server's end: one that does not read does not notice.
    const seconds = () => Math.round((performance.now() - started) / 1000);
    while (establishedAt(server.port) > 0 && seconds() <= endsWithinSeconds) await delay(200);
    const left = establishedAt(server.port);
    violations.expect(left === 0, `${name}: ${left} connections are still open after ${endsWithinSeconds} s`);
    ended = `${seconds()} s`;
  }
  pressing.stop();
  return [name, pressing.reached, ...latencyCells(comparison), megabytes(during), ended];
}

function judge({ without, under }: Comparison, name: string, violations: Violations): void {
  violations.expect(under.failed === 0, `${name}: ${under.failed} requests of others failed`);
  for (const percentile of ["p50", "p99"] as const) {
    const ratio = under[percentile] / without[percentile];
    violations.expect(ratio <= maxRatio, `${name}: the ${percentile} of others is ${ratio.toFixed(1)} x`);
  }
}

function targetsOf(world: World) {
  let last = 0;
  return {
    picture: world.target(wanted),
    large: world.target(large),
    cold() {
      last += 1;
      return world.target({ ...wanted, version: `cold-${last}` });
    },
  };
}

/** Both pictures into memory; the large one is over what an edge function may answer, and comes from the store then. */
async function warm({ port, picture, large }: Bench["stage"], violations: Violations): Promise<void> {
  const client = openClient(port, 1);
  for (const target of [picture, large, large]) await client.get(target);
  const answer = await client.get(large);
  violations.expect(
    !isLost(answer) && answer.body.length > 1_500_000,
    `the large picture is not large: ${answer.status}, ${isLost(answer) ? 0 : answer.body.length} bytes`,
  );
  client.close();
}

function latencyCells(comparison: Comparison | undefined): readonly string[] {
  if (comparison === undefined) return ["", "", "", ""];
  const { without, under } = comparison;
  return [without.p50, under.p50, without.p99, under.p99].map((milliseconds) => milliseconds.toFixed(2));
}

/** Zero where nobody keeps account. */
function memoryOf({ pid }: ServerProcess): number {
  return hasAccounting ? residentBytes(pid) : 0;
}

function megabytes(bytes: number): number {
  return Math.round(bytes / 1_000_000);
}

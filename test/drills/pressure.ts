/** Slow, silent, greedy and forging clients, many at once, and what the others notice of them. */

import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { hasAccounting, residentBytes } from "../bench/process-tree.ts";
import { noise } from "../fixtures/pictures.ts";
import { isLost, openClient } from "./client.ts";
import { type Drill, type Setting, Violations } from "./drill.ts";
import { establishedAt } from "./established.ts";
import { type Pressure, type PressureStage, pressures } from "./pressures.ts";
import { type ServerProcess, startServer } from "./server-process.ts";
import { createWorld, type Wanted, type World } from "./world.ts";

const wanted: Wanted = { preset: "thumb", source: "photos/scene.jpg" };
const large: Wanted = { preset: "full", source: "large.jpg" };
const probeSeconds = 5;
const maxRatio = 2;
const settleMilliseconds = 2_000;

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
    const { main, work, form } = setting;
    const sources = join(work, "sources");
    await world.writeSources(sources);
    await writeFile(join(sources, large.source), await noise(2800, 2000).jpeg({ quality: 95 }).toBuffer());
    const server = await startServer({ main, work, sources, derivatives: join(work, "derivatives") });
    const stage = { ...targetsOf(world), port: server.port };
    await warm(stage, violations);

    // Twice: what differs between the two is this machine and not the pressure.
    const quiet = form === "full" ? [await probe(stage), await probe(stage)] : [];
    const rows: (string | number)[][] = quiet.map((latency) => [
      "nobody else",
      0,
      ...latencyCells(latency),
      megabytes(memoryOf(server)),
      "",
    ]);
    for (const each of pressures) {
      setting.say(each.name);
      rows.push(await drillPressure(each, { stage, server, world, quiet, violations }, setting));
    }
    violations.expect(!server.told().includes("another one takes its place"), "a worker has ended");
    violations.expect((await server.stop()) === 0, "the server did not end with 0");
    return { tables: [{ columns, rows }], violations: violations.list };
  },
};

const columns = [
  "pressure",
  "connections reached",
  "p50 of others, ms",
  "p99 of others, ms",
  "memory, MB",
  "all ended by the server after",
];

interface Bench {
  readonly stage: Omit<PressureStage, "clients">;
  readonly server: ServerProcess;
  readonly world: World;
  readonly quiet: readonly Latency[];
  readonly violations: Violations;
}

async function drillPressure(
  { name, clients, endsWithinSeconds, begin }: Pressure,
  { stage, server, world, quiet, violations }: Bench,
  { form }: Setting,
): Promise<(string | number)[]> {
  const before = memoryOf(server);
  const pressing = await begin({ ...stage, clients: clients[form] });
  const started = performance.now();
  // A connection is there for its client before the server has taken it in.
  if (form === "full") await delay(settleMilliseconds);
  const latency = form === "full" ? await probe(stage) : undefined;
  const client = openClient(server.port, 1);
  const answer = await client.get(stage.picture);
  const isRight = !isLost(answer) && answer.body.equals(await world.expected(wanted));
  violations.expect(isRight, `${name}: others do not get their picture`);
  client.close();

  const during = memoryOf(server);
  const isBounded = during - before <= pressing.reached * maxBytesPerClient + maxBytesOnTop;
  violations.expect(isBounded, `${name}: memory went from ${megabytes(before)} to ${megabytes(during)} MB`);
  if (latency !== undefined) {
    violations.expect(latency.failed === 0, `${name}: ${latency.failed} requests of others failed`);
    for (const percentile of ["p50", "p99"] as const) {
      const usual = Math.max(...quiet.map((each) => each[percentile]));
      const ratio = latency[percentile] / usual;
      violations.expect(ratio <= maxRatio, `${name}: the ${percentile} of others is ${ratio.toFixed(1)} x`);
    }
  }
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
  return [name, pressing.reached, ...latencyCells(latency), megabytes(during), ended];
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

interface Latency {
  readonly count: number;
  readonly failed: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
}

async function probe({ port, picture }: Bench["stage"]): Promise<Latency> {
  const program = fileURLToPath(new URL("./probe.mjs", import.meta.url));
  const args = [program, String(port), picture, String(probeSeconds)];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return JSON.parse(stdout);
}

function latencyCells(latency: Latency | undefined): (string | number)[] {
  return latency === undefined ? ["", ""] : [latency.p50.toFixed(2), latency.p99.toFixed(2)];
}

/** Zero where nobody keeps account. */
function memoryOf({ pid }: ServerProcess): number {
  return hasAccounting ? residentBytes(pid) : 0;
}

function megabytes(bytes: number): number {
  return Math.round(bytes / 1_000_000);
}

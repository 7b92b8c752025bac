/** How long others wait: with a pressure and without it, by turns. */

import { execFile } from "node:child_process";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Pressing, Pressure, PressureStage } from "./pressures.ts";

export interface Comparison {
  readonly without: Latency;
  readonly under: Latency;
}

export interface Latency {
  readonly failed: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
}

interface Probed {
  readonly failed: number;
  readonly times: readonly number[];
}

// The 99th of a hundred is a rare one: of so many turns there are some twenty.
const turns = 5;
const probeSeconds = 2;
// A connection is there for its client before the server has taken it in.
const settleMilliseconds = 2_000;

const nobody: Pressing = { reached: 0, stop: () => {} };

/** By turns, because the machine's own quiet and busy moments are longer than one probe. */
export async function compareLatency(
  { begin, honestly = async () => nobody }: Pressure,
  stage: PressureStage,
): Promise<Comparison> {
  const without: Probed[] = [];
  const under: Probed[] = [];
  for (let turn = 0; turn < turns; turn += 1) {
    without.push(await probeDuring(await honestly(stage), stage));
    under.push(await probeDuring(await begin(stage), stage));
  }
  return { without: latencyOf(without), under: latencyOf(under) };
}

async function probeDuring(pressing: Pressing, { port, picture }: PressureStage): Promise<Probed> {
  await delay(settleMilliseconds);
  const program = fileURLToPath(new URL("./probe.mjs", import.meta.url));
  const args = [program, String(port), picture, String(probeSeconds)];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  pressing.stop();
  return JSON.parse(stdout);
}

function latencyOf(probes: readonly Probed[]): Latency {
  const times = probes.flatMap((probed) => probed.times).sort((one, other) => one - other);
  const percentile = (part: number) =>
    times[Math.min(times.length - 1, Math.floor(times.length * part))] ?? 0;
  const failed = probes.reduce((sum, probed) => sum + probed.failed, 0);
  return { failed, p50: percentile(0.5), p99: percentile(0.99) };
}

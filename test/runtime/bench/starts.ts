/** Starts of functions, by turns: what is slow at one moment is slow for all of them. */

import { quartiles } from "../../bench/statistics.ts";
import { formatNumber } from "../../bench/tables.ts";
import { type FunctionSetting, startFunction } from "../runtime-client.ts";

export interface Contestant {
  readonly name: string;
  readonly folder: string;
  readonly setting: FunctionSetting;
  /** The first of them ends the start; the others, if any, are timed one by one when it is warm. */
  readonly first: object;
  readonly warm: readonly object[];
}

export interface Start {
  /** From the process's start to the first answer. */
  readonly coldMilliseconds: number;
  /** Of each later event, from the Runtime API's hand to its ear. */
  readonly warmMilliseconds: readonly number[];
  readonly peakBytes: number;
}

/** One start of each in every round, each round in another order. */
export async function startByTurns(
  contestants: readonly Contestant[],
  rounds: number,
): Promise<ReadonlyMap<Contestant, readonly Start[]>> {
  const starts = new Map(contestants.map((each): [Contestant, Start[]] => [each, []]));
  for (let round = 0; round < rounds; round++) {
    const shift = round % contestants.length;
    for (const each of [...contestants.slice(shift), ...contestants.slice(0, shift)]) {
      starts.get(each)?.push(await start(each));
    }
  }
  return starts;
}

async function start({ folder, setting, first, warm }: Contestant): Promise<Start> {
  const lambda = await startFunction(folder, setting);
  try {
    await lambda.deliver(first);
    const coldMilliseconds = performance.now() - lambda.startedMilliseconds;
    const warmMilliseconds: number[] = [];
    for (const event of warm) warmMilliseconds.push((await lambda.deliver(event)).milliseconds);
    return { coldMilliseconds, warmMilliseconds, peakBytes: lambda.peakBytes() };
  } finally {
    await lambda.close();
  }
}

/** The median, with the quartiles in brackets. */
export function spell(values: readonly number[], digits: number): string {
  const { lower, median, upper } = quartiles(values);
  const [low, middle, high] = [lower, median, upper].map((value) => formatNumber(value, digits));
  return `${middle} (${low} to ${high})`;
}

export function median(values: readonly number[]): number {
  return quartiles(values).median;
}

/** Of what ran in the same round. */
export function ratios(of: readonly number[], to: readonly number[]): number[] {
  return of.map((value, round) => value / (to[round] ?? Number.NaN));
}

export const megabytes = (bytes: number): number => bytes / 1024 ** 2;

/** Mixed traffic at a steady pace: hits, cold pictures and bad requests, each with the answer that it has to get. */

import { setTimeout as delay } from "node:timers/promises";
import { type Client, isLost } from "./client.ts";
import type { Random } from "./random.ts";
import { quickPresets, type Wanted, type World } from "./world.ts";

export type Kind = "hit" | "cold" | "bad";

export interface Exchange {
  readonly kind: Kind;
  /** Seconds since the traffic began. */
  readonly atSeconds: number;
  readonly milliseconds: number;
  readonly bodyBytes: number;
  /** What was wrong with the answer. */
  readonly fault?: string;
}

export interface Traffic {
  readonly client: Client;
  readonly world: World;
  readonly random: Random;
  readonly perSecond: number;
  readonly seconds: number;
  readonly onExchange: (exchange: Exchange) => void;
}

interface Planned {
  readonly kind: Kind;
  readonly target: string;
  readonly status: number;
  readonly wanted?: Wanted;
}

// In a hundred.
const coldShare = 4;
const badShare = 1;
const hitsPerPicture = 4;

// A server that hangs must not let this process pile up requests.
const maxUnderWay = 400;

/** What is asked for again and again; to be asked for once before. */
export function hotPictures(world: World): readonly [Wanted, ...Wanted[]] {
  const all = [...world.pictures.keys()].flatMap((source) =>
    quickPresets.flatMap((preset) =>
      Array.from({ length: hitsPerPicture }, (_, index) => ({ preset, source, version: `hot-${index}` })),
    ),
  );
  const [first, ...rest] = all;
  if (first === undefined) throw new Error("there are no pictures");
  return [first, ...rest];
}

/** The source that is no picture, for 415. */
export const brokenSource = "broken.jpg";

/** Sends until the time is over, and waits for the last answer. */
export async function send({
  client,
  world,
  random,
  perSecond,
  seconds,
  onExchange,
}: Traffic): Promise<void> {
  const hot = hotPictures(world);
  const started = performance.now();
  const elapsed = () => (performance.now() - started) / 1000;
  let sent = 0;
  const underWay = new Set<Promise<void>>();

  async function exchange({ kind, target, status, wanted }: Planned): Promise<void> {
    const atSeconds = elapsed();
    const answer = await client.get(target);
    const milliseconds = (elapsed() - atSeconds) * 1000;
    if (isLost(answer)) {
      onExchange({ kind, atSeconds, milliseconds, bodyBytes: 0, fault: `lost: ${answer.reason}` });
      return;
    }
    const isRight = wanted === undefined || answer.body.equals(await world.expected(wanted));
    const isExpected = answer.status === status && isRight;
    const fault = isRight ? `${answer.status} instead of ${status}` : "a wrong byte";
    onExchange({
      kind,
      atSeconds,
      milliseconds,
      bodyBytes: answer.body.length,
      ...(!isExpected && { fault }),
    });
  }

  while (elapsed() < seconds) {
    for (const due = Math.floor(elapsed() * perSecond); sent < due; sent += 1) {
      if (underWay.size >= maxUnderWay) break;
      const exchanged = exchange(plan(sent, hot, world, random)).finally(() => underWay.delete(exchanged));
      underWay.add(exchanged);
    }
    await delay(5);
  }
  await Promise.all(underWay);
}

function plan(index: number, hot: readonly [Wanted, ...Wanted[]], world: World, random: Random): Planned {
  const share = random.integer(100);
  const picked = random.pick(hot);
  if (share < badShare) return random.pick(badRequests(picked, index, world));
  const wanted = share < badShare + coldShare ? { ...picked, version: `cold-${index}` } : picked;
  return { kind: wanted === picked ? "hit" : "cold", target: world.target(wanted), status: 200, wanted };
}

function badRequests(picked: Wanted, index: number, world: World): readonly [Planned, ...Planned[]] {
  const signed = world.target(picked);
  const bad = (target: string, status: number): Planned => ({ kind: "bad", target, status });
  return [
    bad(
      signed.replace(/sig=./, (start) => (start === "sig=A" ? "sig=B" : "sig=A")),
      403,
    ),
    bad(signed.replace(/sig=[^&]*/, ""), 403),
    bad(`${signed}&exp=1`, 403),
    bad(`${signed}&w=0`, 400),
    bad(signed.replace("/", "//"), 400),
    bad(world.target({ preset: "nothing", source: picked.source }), 404),
    bad(world.target({ preset: "thumb", source: `missing-${index % 50}.jpg` }), 404),
    bad(world.target({ preset: "thumb", source: brokenSource, version: String(index % 50) }), 415),
  ];
}

import type { Check, Report } from "../../bench/benchmark.ts";
import { formatNumber } from "../../bench/tables.ts";
import { viewerRequestEvent } from "../../fixtures/events.ts";
import { type NodeMajor, nodes } from "../runtime-client.ts";
import type { EdgeSetting } from "./setting.ts";
import { type Contestant, median, megabytes, ratios, type Start, spell, startByTurns } from "./starts.ts";

const memoryMegabytes = 128;
// The first of them are compiled by V8 one tier after the other; what is warm is what comes after.
const warmUp = 300;
const warm = 200;

const columns = [
  "Node",
  "function",
  "start to first answer, ms",
  "÷ empty",
  "warm event, ms",
  "peak memory, MiB",
];

/** Start, warm time and memory of viewer-request, beside a function that does nothing. */
export async function viewerRequest(setting: EdgeSetting): Promise<Report> {
  const rows: string[][] = [];
  const checks: Check[] = [];
  for (const node of nodes) {
    const measured = await measure(setting, node);
    rows.push(...measured.rows);
    checks.push(...measured.checks);
  }
  return {
    series: [{ title: `Starts of each: ${roundsOf(setting)}, by turns.`, columns, rows }],
    checks,
    notes: [
      "medians, with the quartiles in brackets; ÷ empty compares starts of the same round",
      `a warm event is one of ${warm} after ${warmUp}: from the Runtime API to the function and back, over loopback HTTP; most of it is the client's`,
      "peak memory is VmHWM of the process: Node, client and function",
    ],
  };
}

const roundsOf = ({ isQuick }: EdgeSetting) => (isQuick ? 2 : 25);

async function measure(setting: EdgeSetting, node: NodeMajor) {
  const target = setting.presets.sign({ preset: "banner", source: "photos/house-cat.jpg" });
  const event = viewerRequestEvent(`${target}&w=960`, {
    headers: { accept: "image/avif,image/webp,image/*,*/*;q=0.8" },
  });
  const contestant = (name: string, folder: string): Contestant => ({
    name,
    folder,
    setting: { node, memoryMegabytes },
    first: event,
    warm: Array.from({ length: warmUp + warm }, () => event),
  });
  const empty = contestant("an empty handler", setting.empty);
  const again = contestant("the same again", setting.empty);
  const ours = contestant("viewer-request", setting.viewerRequest);
  const starts = await startByTurns([empty, ours, again], roundsOf(setting));
  const of = (each: Contestant): readonly Start[] => starts.get(each) ?? [];
  const cold = (each: Contestant) => of(each).map(({ coldMilliseconds }) => coldMilliseconds);
  const warmOf = (each: Contestant) =>
    of(each).map(({ warmMilliseconds }) => median(warmMilliseconds.slice(warmUp)));
  const peak = (each: Contestant) => of(each).map(({ peakBytes }) => megabytes(peakBytes));

  const rows = [empty, again, ours].map((each) => [
    String(node),
    each.name,
    spell(cold(each), 0),
    each === empty ? "" : spell(ratios(cold(each), cold(empty)), 2),
    spell(warmOf(each), 2),
    spell(peak(each), 0),
  ]);
  return {
    rows,
    checks: checksOf(node, {
      ratio: median(ratios(cold(ours), cold(empty))),
      warm: median(warmOf(ours)),
      peak: Math.max(...peak(ours)),
    }),
  };
}

function checksOf(node: NodeMajor, seen: { ratio: number; warm: number; peak: number }): Check[] {
  const held = (isKept: boolean) => (isKept ? "held" : "missed");
  return [
    {
      what: `Node ${node}: a start of at most 1.3 × an empty handler's`,
      seen: formatNumber(seen.ratio, 2),
      verdict: held(seen.ratio <= 1.3),
    },
    {
      what: `Node ${node}: a warm event under 1 ms`,
      seen: `${formatNumber(seen.warm, 2)} ms`,
      verdict: held(seen.warm < 1),
    },
    {
      what: `Node ${node}: at least half of 128 MB left`,
      seen: `${formatNumber(seen.peak)} MiB at most`,
      verdict: held(seen.peak <= memoryMegabytes / 2),
    },
  ];
}

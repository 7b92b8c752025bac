import type { Report } from "../../bench/benchmark.ts";
import { originResponseEvent } from "../../fixtures/events.ts";
import { nodes } from "../runtime-client.ts";
import { largeSource, pathOf } from "./renders.ts";
import type { EdgeSetting } from "./setting.ts";
import { type Contestant, median, megabytes, spell, startByTurns } from "./starts.ts";

const memoryMegabytes = 1_536;
const columns = ["Node", "function", "start to first answer, ms", "warm event, ms", "peak memory, MiB"];

/** Start, warm time and memory of origin-response: for what is stored, and for a miss on a picture of 24 megapixels. */
export async function originResponse(setting: EdgeSetting): Promise<Report> {
  const rounds = setting.isQuick ? 2 : 20;
  const rows: string[][] = [];
  for (const node of nodes) {
    const contestants = contestantsOn(setting, { node, memoryMegabytes, env: setting.s3Environment });
    const starts = await startByTurns(contestants, rounds);
    for (const [{ name }, ofOne] of starts) {
      rows.push([
        String(node),
        name,
        spell(
          ofOne.map((start) => start.coldMilliseconds),
          0,
        ),
        spell(
          ofOne.map((start) => median(start.warmMilliseconds)),
          name.includes("a miss") ? 0 : 2,
        ),
        spell(
          ofOne.map((start) => megabytes(start.peakBytes)),
          0,
        ),
      ]);
    }
  }
  return {
    series: [{ title: `Starts of each: ${rounds}, by turns.`, columns, rows }],
    notes: [
      "medians, with the quartiles in brackets; warm events are those after the first",
      "a miss reads the source from an S3 on this machine (s3rver), renders and writes back; a first one also connects",
    ],
  };
}

function contestantsOn(setting: EdgeSetting, function_: Contestant["setting"]): Contestant[] {
  const contestant = (name: string, folder: string, event: object, warm: number): Contestant => ({
    name,
    folder,
    setting: function_,
    first: event,
    warm: Array.from({ length: warm }, () => event),
  });
  const path = pathOf(setting.presets.named("thumb"), largeSource, { format: "webp" });
  const stored = originResponseEvent(path, 200);
  const miss = originResponseEvent(path, 404);
  return [
    contestant("an empty handler", setting.empty, stored, 200),
    contestant("origin-response, stored", setting.originResponse, stored, 200),
    contestant("origin-response, a miss: 24 MP to thumb", setting.originResponse, miss, 2),
  ];
}

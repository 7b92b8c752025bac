import { join } from "node:path";
import type { Benchmark, Check, Setting } from "../benchmark.ts";
import { hold, type Outcome } from "../contest.ts";
import { serveImgseal } from "../imgseal-server.ts";
import { generator, hasGenerator, loadColumns, putLoad, withoutGenerator } from "../load.ts";
import { requestAllGood } from "../requests.ts";
import { formatNumber } from "../tables.ts";

const connections = 64;
const urls = 500;
const asked = 1.6;
// With less than this of the machine idle, it is the cores that are used up, and not the workers.
const roomPercent = 10;

export const workers: Benchmark = {
  name: "workers",
  subject: "hits from two worker processes against one",
  async run(setting) {
    if (!hasGenerator(setting)) return withoutGenerator;
    const two = await startWarm(setting, 2);
    const one = await startWarm(setting, 1);
    try {
      const outcome = await hold({
        title: `${urls} URLs in turn`,
        columns: loadColumns,
        rounds: setting.isQuick ? 1 : 5,
        ours: two.contestant,
        others: [one.contestant],
        limits: {},
      });
      const note = `${generator} runs on the same cores and takes its share of them`;
      return { outcomes: [outcome], checks: judgeScaling(outcome), notes: [note] };
    } finally {
      await Promise.all([two, one].map(({ server }) => server.stop()));
    }
  },
};

async function startWarm(setting: Setting, count: number) {
  const { presets, work, isQuick } = setting;
  const targets = Array.from({ length: urls }, (_, index) =>
    presets.sign({ preset: "small", source: "photo.jpg", ver: `w${index}` }),
  );
  const folders = { sources: work, derivatives: join(work, "workers-derivatives") };
  const server = await serveImgseal(setting, folders, ["--workers", String(count)]);
  // Each worker has a memory of its own: so many passes that every one of them has seen every picture.
  for (let pass = 0; pass < count * 4; pass += 1) await requestAllGood(server.base, targets, connections);
  const load = { targets, connections, seconds: isQuick ? 1 : 5 };
  return { server, contestant: { name: `--workers ${count}`, run: () => putLoad(server, load, setting) } };
}

/** On few cores the generator's work decides; what a request costs then says what a machine with room would do. */
function judgeScaling({ standings }: Outcome): Check[] {
  const [two, one] = standings;
  const median = (of: typeof two, column: string) => of?.figures[column]?.median ?? Number.NaN;
  const scaling = one?.ratio?.median ?? Number.NaN;
  const idle = median(two, "machine idle %");
  const byCpu = (2 * median(one, "CPU µs per request")) / median(two, "CPU µs per request");
  return [
    {
      what: `2 workers at least ${asked} times one, where the load generator leaves room`,
      seen:
        `${formatNumber(scaling, 2)} times, with ${formatNumber(idle)} % of the machine idle; ` +
        `by the CPU time of a request, two cores of their own would give ${formatNumber(byCpu, 2)} times`,
      verdict: scaling >= asked ? "held" : idle < roomPercent ? "inconclusive" : "missed",
    },
  ];
}

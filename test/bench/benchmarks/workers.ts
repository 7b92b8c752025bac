import { join } from "node:path";
import type { Benchmark, Check, Setting } from "../benchmark.ts";
import { hold, type Outcome } from "../contest.ts";
import { serveImgseal } from "../imgseal-server.ts";
import { generator, hasGenerator, loadColumns, putLoad, withoutGenerator } from "../load.ts";
import { requestAllGood } from "../requests.ts";
import type { ServerProcess } from "../server-process.ts";
import { formatNumber } from "../tables.ts";

const connections = 64;
const pictures = 500;

// An answer without a body costs the generator next to nothing, and a URL that is verified anew costs the server more:
// that leaves the most room that there can be.
const cases = [
  { title: "500 URLs in turn", urls: pictures, headers: {} },
  { title: "30,000 URLs in turn, answered with 304", urls: 30_000, headers: { "if-none-match": "*" } },
];

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
    const [outcomes, checks]: [Outcome[], Check[]] = [[], []];
    try {
      for (const { title, urls, headers } of cases) {
        const targets = targetsOf(setting, urls);
        const loaded = (name: string, server: ServerProcess) => {
          const seconds = setting.isQuick ? 1 : 5;
          return { name, run: () => putLoad(server, { targets, connections, seconds, headers }, setting) };
        };
        const outcome = await hold({
          title,
          columns: loadColumns,
          rounds: setting.isQuick ? 1 : 5,
          ours: loaded("--workers 2", two),
          others: [loaded("--workers 1", one)],
          limits: {},
        });
        outcomes.push(outcome);
        checks.push(judgeScaling(outcome));
      }
      return { outcomes, checks, notes: [`${generator} runs on the same cores and takes its share of them`] };
    } finally {
      await Promise.all([two, one].map((server) => server.stop()));
    }
  },
};

/** Each picture is another version; each URL of it expires at another second. */
function targetsOf({ presets }: Setting, urls: number): string[] {
  const tomorrow = Math.floor(Date.now() / 1000) + 86_400;
  return Array.from({ length: urls }, (_, index) =>
    presets.sign({
      preset: "small",
      source: "photo.jpg",
      ver: `w${index % pictures}`,
      exp: tomorrow + index,
    }),
  );
}

async function startWarm(setting: Setting, count: number): Promise<ServerProcess> {
  const { work } = setting;
  const targets = targetsOf(setting, pictures);
  const folders = { sources: work, derivatives: join(work, "workers-derivatives") };
  const server = await serveImgseal(setting, folders, ["--workers", String(count)]);
  // Each worker has a memory of its own: so many passes that every one of them has seen every picture.
  for (let pass = 0; pass < count * 4; pass += 1) await requestAllGood(server.base, targets, connections);
  return server;
}

/** On few cores the generator's work decides; what a request costs then says what a machine with room would do. */
function judgeScaling({ title, standings }: Outcome): Check {
  const [two, one] = standings;
  const median = (of: typeof two, column: string) => of?.figures[column]?.median ?? Number.NaN;
  const scaling = one?.ratio?.median ?? Number.NaN;
  const idle = median(two, "machine idle %");
  const byCpu = (2 * median(one, "CPU µs per request")) / median(two, "CPU µs per request");
  return {
    what: `${title}: 2 workers at least ${asked} times one, where the load generator leaves room`,
    seen:
      `${formatNumber(scaling, 2)} times, with ${formatNumber(idle)} % of the machine idle; ` +
      `by the CPU time of a request, two cores of their own would give ${formatNumber(byCpu, 2)} times`,
    verdict: scaling >= asked ? "held" : idle < roomPercent ? "inconclusive" : "missed",
  };
}

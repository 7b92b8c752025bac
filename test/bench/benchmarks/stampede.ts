import { join } from "node:path";
import type { Benchmark, Check, Setting } from "../benchmark.ts";
import { hold } from "../contest.ts";
import { serveImgseal } from "../imgseal-server.ts";
import { type Answer, requestEach } from "../requests.ts";
import type { ServerProcess } from "../server-process.ts";

const source = "photo.jpg";
const preset = "jpeg";
const crowd = 200;
const coldPaths = 300;
const queue = 256;

export const stampede: Benchmark = {
  name: "stampede",
  subject: `${crowd} requests at once for one cold path, and ${coldPaths} for as many`,
  async run(setting) {
    const folders = { sources: setting.work, derivatives: join(setting.work, "stampede-derivatives") };
    const server = await serveImgseal(setting, folders);
    try {
      const { seen, contestants } = crowdAgainstParts(setting, server);
      const outcome = await hold({
        title: `${crowd} for one cold path`,
        columns: { ms: 0 },
        rounds: setting.isQuick ? 2 : 20,
        ...contestants,
        limits: { [contestants.others[0].name]: { atMost: 1.5 } },
      });
      return { outcomes: [outcome], checks: [...seen.map(verdictOf), ...(await overflow(setting, server))] };
    } finally {
      await server.stop();
    }
  },
};

interface Seen {
  readonly what: string;
  readonly counts: Set<number>;
  readonly expected: number;
}

function crowdAgainstParts({ presets }: Setting, server: ServerProcess) {
  let version = 0;
  const nextTarget = () => presets.sign({ preset, source, ver: `s${version++}` });
  const ask = (target: string, times: number) =>
    requestEach(server.base, Array<string>(times).fill(target), crowd);
  const misses: Seen = { what: "renders per stampede: exactly 1", counts: new Set(), expected: 1 };
  const equal: Seen = { what: `equal answers of 200: ${crowd}`, counts: new Set(), expected: crowd };
  const contestants = {
    ours: {
      name: `${crowd} at once`,
      async run() {
        const { seconds, answers } = await ask(nextTarget(), crowd);
        misses.counts.add(answers.filter(isMiss).length);
        equal.counts.add(
          answers.filter(({ status, digest }) => status === 200 && digest === answers[0]?.digest).length,
        );
        return { ms: seconds * 1000 };
      },
    },
    others: [
      {
        name: `one cold request, then ${crowd} hits`,
        async run() {
          const target = nextTarget();
          const cold = await ask(target, 1);
          const hits = await ask(target, crowd);
          return { ms: (cold.seconds + hits.seconds) * 1000 };
        },
      },
    ] as const,
  };
  return { seen: [misses, equal], contestants };
}

function verdictOf({ what, counts, expected }: Seen): Check {
  const isHeld = counts.size === 1 && counts.has(expected);
  return { what, seen: [...counts].join(", "), verdict: isHeld ? "held" : "missed" };
}

/** More renders than may run and wait: those beyond are told to come back, all others get their picture. */
async function overflow({ presets }: Setting, server: ServerProcess): Promise<Check[]> {
  const targets = Array.from({ length: coldPaths }, (_, index) =>
    presets.sign({ preset, source, ver: `q${index}` }),
  );
  const { answers } = await requestEach(server.base, targets, coldPaths);
  const served = answers.filter(({ status }) => status === 200).length;
  const refused = answers.filter(
    ({ status, headers }) => status === 503 && headers["retry-after"] !== undefined,
  );
  return [
    {
      what: `${coldPaths} cold paths at once: at least the ${queue} that may wait are served`,
      seen: `${served} were 200`,
      verdict: served >= queue ? "held" : "missed",
    },
    {
      what: "all others are 503 with Retry-After",
      seen: `${refused.length} were`,
      verdict: served + refused.length === coldPaths ? "held" : "missed",
    },
  ];
}

function isMiss({ headers }: Answer): boolean {
  return headers["x-cache"] === "Miss from imgseal";
}

/** kill -9 in the middle of cold renders, a few torn files on top, and start again. */

import { readFile, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Answer, isLost, openClient } from "./client.ts";
import { type Drill, type Setting, Violations } from "./drill.ts";
import { inspectFolder, pictureBytes } from "./folder-inspection.ts";
import { type Random, seededRandom } from "./random.ts";
import { type Launch, type ServerProcess, startServer } from "./server-process.ts";
import { killWorker, untilReplaced } from "./worker-processes.ts";
import { coldPictures, createWorld, type Wanted, type World } from "./world.ts";

const rounds = { short: 2, full: 20 };
const renders = { short: 50, full: 100 };
const connections = 16;

/** What a power cut does to files that were never synced, as the server's are not. kill -9 does not do it, so it is done by hand. */
const damages: readonly ((file: string) => Promise<void>)[] = [
  (file) => truncate(file, 0),
  async (file) => truncate(file, Math.floor((await readFile(file)).length / 2)),
  (file) => flipBit(file, (picture) => picture >> 1),
  async (file) => truncate(file, pictureOf(await readFile(file))),
  (file) => flipBit(file, (picture) => picture + 40),
];

async function flipBit(file: string, at: (pictureBytes: number) => number): Promise<void> {
  const bytes = await readFile(file);
  const position = at(pictureOf(bytes));
  bytes[position] = (bytes[position] ?? 0) ^ 1;
  await writeFile(file, bytes);
}

function pictureOf(file: Buffer): number {
  const bytes = pictureBytes(file);
  if (bytes === undefined) throw new Error("expected a whole derivative to damage");
  return bytes;
}

export const crash: Drill = {
  name: "crash",
  promise:
    "After kill -9 in the middle of 100 cold renders, no torn derivative is ever served, everything renders, and " +
    "temporary files are cleaned up.",
  async run(setting) {
    const random = seededRandom(setting.seed);
    const world = await createWorld();
    const violations = new Violations();
    const rows: (string | number)[][] = [];
    for (let round = 1; round <= rounds[setting.form]; round += 1) {
      rows.push([round, ...(await runRound({ round, world, random, violations }, setting))]);
      setting.say(`round ${round}`);
    }
    return { tables: [{ columns: ["round", ...columns], rows }], violations: violations.list };
  },
};

const columns = [
  "killed",
  "answered before",
  "cut off",
  "stored whole",
  "stored torn",
  "temporary files",
  "torn by hand",
  "answered from the store",
  "answered as rendered",
  "temporary files after",
];

interface Round {
  readonly round: number;
  readonly world: World;
  readonly random: Random;
  readonly violations: Violations;
}

async function runRound({ round, world, random, violations }: Round, setting: Setting) {
  const work = join(setting.work, `round-${round}`);
  const launch: Launch = {
    main: setting.main,
    work,
    sources: join(work, "sources"),
    derivatives: join(work, "derivatives"),
  };
  await world.writeSources(launch.sources);
  const pictures = coldPictures(world, renders[setting.form], `r${round}`);

  // By turns all of the server, and one of two workers, whose place another one takes.
  const isWorkerKilled = round % 2 === 0;
  const first = await startServer(isWorkerKilled ? { ...launch, workers: 2 } : launch);
  const kill = isWorkerKilled ? () => killWorker(first) : () => first.killAll();
  const killAfter = 5 + random.integer(pictures.length - 15);
  const cold = await askAll(first, { pictures, world, patienceMilliseconds: 1_000 }, (count) => {
    if (count === killAfter) kill();
  });
  const answered = cold.answers.filter((answer) => answer !== undefined).length;
  violations.expect(cold.wrong === 0, "a wrong byte was served before or during the kill");
  if (!isWorkerKilled) await first.killAll();

  const left = await inspectFolder(launch.derivatives);
  violations.expect(left.torn.length === 0, "a torn derivative lay in place after a kill");
  // The worker that lives has its pictures in memory, and would not notice.
  const torn = isWorkerKilled ? [] : left.whole.slice(0, damages.length);
  for (const [index, file] of torn.entries()) await damages[index]?.(file);

  const second = isWorkerKilled ? await untilReplaced(first, 2) : await startServer(launch);
  const again = await askAll(second, { pictures, world }, () => {});
  const outcomes = again.answers.map((answer) => answer?.headers["x-imgseal"]);
  const stored = outcomes.filter((outcome) => outcome === "stored").length;
  violations.expect(again.wrong === 0, "a wrong byte was served after the restart");
  violations.expect(!outcomes.includes(undefined), "a picture could not be had after the restart");
  violations.expect(
    stored <= left.whole.length - torn.length,
    "more came from the store than was whole in it",
  );
  const exit = await second.stop();
  violations.expect(exit === 0, `SIGTERM after the restart ended with ${exit}`);
  const after = await inspectFolder(launch.derivatives);
  violations.expect(after.torn.length === 0, "a torn derivative lay in place in the end");
  violations.expect(after.temporary === 0, "temporary files were left in the end");
  violations.expect(after.whole.length === pictures.length, "not every derivative was stored in the end");
  const found = [answered, pictures.length - answered, left.whole.length, left.torn.length, left.temporary];
  return [
    isWorkerKilled ? "one of two workers" : "the server",
    ...found,
    torn.length,
    stored,
    outcomes.length - stored,
    after.temporary,
  ];
}

/** Asks for everything at once, over a few connections; an answer that is not there was lost with its connection. */
async function askAll(
  server: ServerProcess,
  {
    pictures,
    world,
    patienceMilliseconds,
  }: {
    readonly pictures: readonly Wanted[];
    readonly world: World;
    /** Node's primary process holds a connection for ever that was on its way to a worker when that one was killed. */
    readonly patienceMilliseconds?: number;
  },
  onAnswered: (count: number) => void,
): Promise<{ readonly answers: readonly (Answer | undefined)[]; readonly wrong: number }> {
  const client = openClient(server.port, connections, patienceMilliseconds);
  let answered = 0;
  let wrong = 0;
  const answers = await Promise.all(
    pictures.map(async (wanted) => {
      const answer = await client.get(world.target(wanted));
      if (isLost(answer)) return undefined;
      answered += 1;
      onAnswered(answered);
      const isRight = answer.status === 200 && answer.body.equals(await world.expected(wanted));
      if (!isRight) wrong += 1;
      return answer;
    }),
  );
  client.close();
  return { answers, wrong };
}

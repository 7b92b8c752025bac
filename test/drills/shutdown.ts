/** SIGTERM under load: who was taken in is answered, and the process ends. */

import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { type Answer, type Client, isLost, type Lost, openClient } from "./client.ts";
import { type Drill, type Setting, Violations } from "./drill.ts";
import { seededRandom } from "./random.ts";
import { openSocket } from "./raw-http.ts";
import { startServer } from "./server-process.ts";
import { killWorker, untilReplaced } from "./worker-processes.ts";
import { coldPictures, createWorld, type Wanted, type World } from "./world.ts";

const rounds = { short: 2, full: 12 };
const maxExitMilliseconds = 10_000;
// Nothing is under way; far less than the time for finishing what is.
const maxIdleExitMilliseconds = 5_000;
const lanes = 16;
const queued = { short: 20, full: 60 };
// What was sent so long before the signal has surely been taken in; what came later may meet a closing connection.
const lastMomentMilliseconds = 50;

export const shutdown: Drill = {
  name: "shutdown",
  promise: "At SIGTERM under load no accepted request is lost, and the process ends within 10 s.",
  async run(setting) {
    const violations = new Violations();
    const world = await createWorld();
    const random = seededRandom(setting.seed);
    const rows: (string | number)[][] = [];
    for (let round = 1; round <= rounds[setting.form]; round += 1) {
      // By turns with one worker and with two.
      const workers = 2 - (round % 2);
      const loadMilliseconds = 200 + random.integer(700);
      const counts = await runRound({ round, workers, loadMilliseconds, world, violations }, setting);
      rows.push([round, workers, ...counts]);
      setting.say(`round ${round}`);
    }
    const starting = await signalWhileStarting(setting, world);
    violations.expect(
      starting < maxIdleExitMilliseconds,
      `it took ${starting} ms to end while a worker started`,
    );
    const startingTable = {
      title: "While a worker starts, in the place of one that was killed",
      columns: ["workers", "ended after, ms"],
      rows: [[2, starting]],
    };
    return { tables: [{ columns, rows }, startingTable], violations: violations.list };
  },
};

const columns = [
  "round",
  "workers",
  "answered before",
  "under way",
  "of them answered",
  "sent in the last moment",
  "of them answered",
  "of them refused",
  "cut off",
  "ended after, ms",
];

interface Round {
  readonly round: number;
  readonly workers: number;
  readonly loadMilliseconds: number;
  readonly world: World;
  readonly violations: Violations;
}

async function runRound(
  { round, workers, loadMilliseconds, world, violations }: Round,
  { main, work, form }: Setting,
): Promise<readonly number[]> {
  const folder = join(work, `round-${round}`);
  const sources = join(folder, "sources");
  await world.writeSources(sources);
  const launch = { main, work: folder, sources, derivatives: join(folder, "derivatives"), workers };
  const server = await startServer(launch);
  // They owe and are owed nothing: browsers open such connections in advance, and attackers too.
  const silent = [openSocket(server.port), openSocket(server.port, "GET /thumb/a.jpg HTTP/1.1\r\nho")];
  const client = openClient(server.port, lanes);
  const queueClient = openClient(server.port, queued[form]);
  const requests: Request[] = [];
  const ask = async (wanted: Wanted, through: Client) => {
    const request: Request = { wanted, sent: performance.now(), ended: Number.POSITIVE_INFINITY };
    requests.push(request);
    request.outcome = await through.get(world.target(wanted));
    request.ended = performance.now();
    return request.outcome;
  };

  // Each lane has one request at a time, nine hits for every cold picture, until it finds the door closed.
  const pictures = coldPictures(world, 10_000, `s${round}`);
  const running = Array.from({ length: lanes }, async (_, lane) => {
    for (let turn = 0; ; turn += 1) {
      const wanted = pictures[turn % 10 === lane % 10 ? turn * lanes + lane : 0];
      if (wanted === undefined || isLost(await ask(wanted, client))) return;
    }
  });
  await delay(loadMilliseconds);
  // More renders than can be done before the signal comes.
  for (const wanted of coldPictures(world, queued[form], `q${round}`))
    running.push(ask(wanted, queueClient).then(() => {}));
  await delay(lastMomentMilliseconds * 2);

  const signalled = performance.now();
  server.signal("SIGTERM");
  const how = await server.ended;
  const exitMilliseconds = performance.now() - signalled;
  await Promise.all(running);
  client.close();
  queueClient.close();
  for (const socket of silent) socket.destroy();

  violations.expect(how === 0, `the server ended with ${how}`);
  violations.expect(
    exitMilliseconds <= maxExitMilliseconds,
    `it took ${Math.round(exitMilliseconds)} ms to end`,
  );
  const before = requests.filter(({ ended }) => ended < signalled);
  const after = requests.filter(({ ended }) => ended >= signalled);
  const underWay = after.filter(({ sent }) => sent < signalled - lastMomentMilliseconds);
  const lastMoment = after.filter((request) => !underWay.includes(request));
  for (const { outcome, wanted } of requests) {
    if (outcome === undefined || isLost(outcome)) continue;
    const isRight = outcome.status === 200 && outcome.body.equals(await world.expected(wanted));
    violations.expect(isRight, `an answer has the status ${outcome.status} or a wrong byte`);
  }
  const lost = requests.filter(({ outcome }) => outcome !== undefined && isLost(outcome));
  const cutOff = lost.filter(({ outcome }) => outcome !== undefined && isLost(outcome) && outcome.bytes >= 0);
  violations.expect(cutOff.length === 0, `${cutOff.length} answers were cut off`);
  const abandoned = lost.filter((request) => !lastMoment.includes(request));
  violations.expect(abandoned.length === 0, `${abandoned.length} accepted requests were lost`);
  // The log has a line for each that was answered: what it has, its client has.
  for (const { version } of lost
    .map(({ wanted }) => wanted)
    .filter(({ version }) => version !== pictures[0]?.version)) {
    const isLogged = server.logged.some(({ canonicalPath }) =>
      String(canonicalPath).includes(`.v-${version}.`),
    );
    violations.expect(!isLogged, "an answer was logged that its client never got");
  }
  const count = (some: readonly Request[]) => some.filter((request) => !lost.includes(request)).length;
  const refused = lastMoment.filter((request) => lost.includes(request)).length;
  return [
    before.length,
    underWay.length,
    count(underWay),
    lastMoment.length,
    count(lastMoment),
    refused,
    cutOff.length,
    Math.round(exitMilliseconds),
  ];
}

/** A worker that is told to end before it can hear must not be waited for until its time is over. */
async function signalWhileStarting({ main, work }: Setting, world: World): Promise<number> {
  const folder = join(work, "starting");
  const sources = join(folder, "sources");
  await world.writeSources(sources);
  const derivatives = join(folder, "derivatives");
  const server = await startServer({ main, work: folder, sources, derivatives, workers: 2 });
  killWorker(server);
  await untilReplaced(server, 2);
  const signalled = performance.now();
  await server.stop();
  return Math.round(performance.now() - signalled);
}

interface Request {
  readonly wanted: Wanted;
  /** Milliseconds on this process's clock. */
  readonly sent: number;
  ended: number;
  outcome?: Answer | Lost;
}

/** A store that fails in every way there is, under the real handlers and the real S3 client. */

import { availableParallelism } from "node:os";
import { startS3Server } from "../../src/local/s3-server.ts";
import { openS3Store, type S3Timeouts } from "../../src/store/s3.ts";
import { createMemoryStore, makeObject } from "../fixtures/memory-store.ts";
import { startTestService } from "../fixtures/service.ts";
import { type Answer, isLost, type Lost, openClient } from "./client.ts";
import { type Drill, type Setting, Violations } from "./drill.ts";
import { type FaultName, faults } from "./s3-faults.ts";
import { createWorld, type Wanted, type World } from "./world.ts";

type Operation = "reading a source" | "reading a derivative" | "writing back";

interface Row {
  readonly fault: FaultName;
  /** What the viewer gets while it lasts; 200 is always the right picture, byte by byte. */
  readonly status: Readonly<Partial<Record<Operation, number>>>;
  /** Whether the derivative is stored all the same. */
  readonly isStored?: true;
}

/** The one table that drives it: faults against what has to come of them. An operation that is not named cannot have it. */
const rows: readonly Row[] = [
  { fault: "answers slowly", status: everywhere(200), isStored: true },
  { fault: "hangs", status: unavailable() },
  { fault: "resets the connection", status: unavailable() },
  { fault: "500 InternalError", status: unavailable() },
  { fault: "503 SlowDown", status: unavailable() },
  { fault: "403 AccessDenied", status: unavailable() },
  { fault: "404 NoSuchBucket", status: unavailable() },
  { fault: "404 NoSuchKey", status: { "reading a source": 404 } },
  { fault: "half a body, then closes", status: reads(503) },
  { fault: "half a body, then hangs", status: reads(503) },
  { fault: "one bit wrong in the body", status: reads(503) },
  { fault: "a proxy's page with 200", status: unavailable() },
  { fault: "stores it, then resets the connection", status: { "writing back": 200 }, isStored: true },
  { fault: "says 200 and stores nothing", status: { "writing back": 200 } },
];

function reads(status: number) {
  return { "reading a source": status, "reading a derivative": status };
}

function everywhere(status: number) {
  return { ...reads(status), "writing back": status };
}

/** No source, no picture; but a picture that cannot be kept is a picture. */
function unavailable() {
  return { ...reads(503), "writing back": 200 };
}

/** The full form waits as long as the edge does. */
const timeouts: Readonly<Record<Setting["form"], S3Timeouts>> = {
  short: { connectMs: 200, requestMs: 500, operationMs: 2_000 },
  full: { connectMs: 1_000, requestMs: 3_000, operationMs: 10_000 },
};
const passes = { short: 1, full: 4 };
// As many as are rendered at once: whoever waits for a turn behind those that hang waits longer than one time-out.
const requestsAtOnce = Math.min(4, availableParallelism());
// For rendering, beside an operation that uses all of its time.
const slackMilliseconds = 5_000;

export const storeFaults: Drill = {
  name: "store-faults",
  promise:
    "Whatever S3 does, the viewer gets the right error or the right picture within the timeout; nothing wrong is cached " +
    "or stored, and all is well again once the fault ends.",
  async run(setting) {
    const world = await createWorld();
    const violations = new Violations();
    const cases = rows.flatMap((row) =>
      operationsOf(row).map(([operation, status]) => ({ row, operation, status })),
    );
    const results: Result[][] = cases.map(() => []);
    for (let pass = 1; pass <= passes[setting.form]; pass += 1) {
      // Most of the time is spent in waiting for what does not come: all at once.
      const drilled = await Promise.all(cases.map((each) => drillFault(each, world, setting, violations)));
      for (const [index, result] of drilled.entries()) results[index]?.push(result);
      setting.say(`pass ${pass}`);
    }
    const tableRows = cases.map((each, index) => tableRow(each, results[index] ?? []));
    return { tables: [{ columns, rows: tableRows }], violations: violations.list };
  },
};

const columns = ["fault", "while", "answers", "of them right", "slowest, ms", "stored", "well again"];

function operationsOf({ status }: Row): [Operation, number][] {
  const operations: readonly Operation[] = ["reading a source", "reading a derivative", "writing back"];
  return operations.flatMap((operation): [Operation, number][] => {
    const expected = status[operation];
    return expected === undefined ? [] : [[operation, expected]];
  });
}

interface Case {
  readonly row: Row;
  readonly operation: Operation;
  readonly status: number;
}

async function drillFault(
  { row, operation, status }: Case,
  world: World,
  { form }: Setting,
  violations: Violations,
): Promise<Result> {
  const name = `${row.fault} while ${operation}`;
  const stage = await openStage(world, timeouts[form]);
  const pictures = Array.from({ length: requestsAtOnce }, (_, index) => wanted(`v${index}`));
  // To be read, a derivative has to be there.
  if (operation === "reading a derivative") await stage.storeBefore(pictures);

  stage.inject(row.fault, operation);
  const during = await stage.ask(pictures);
  const right = during.filter((answer) => answer.status === status).length;
  violations.expect(right === during.length, `${name}: expected ${status}, got ${statuses(during)}`);
  for (const [index, answer] of during.entries()) {
    for (const words of wrongIn(answer, await world.expected(pictures[index] ?? wanted("")))) {
      violations.expect(false, `${name}: ${words}`);
    }
  }
  const slowest = Math.max(...during.map((answer) => (isLost(answer) ? 0 : answer.milliseconds)));
  violations.expect(
    slowest <= timeouts[form].operationMs + slackMilliseconds,
    `${name}: an answer took ${slowest} ms`,
  );
  const stored = stage.storedCount(pictures);
  const shouldBeStored = row.isStored === true || operation === "reading a derivative" ? pictures.length : 0;
  violations.expect(stored === shouldBeStored, `${name}: ${stored} derivatives are stored`);

  stage.heal();
  const after = await stage.ask([...pictures, wanted("new")]);
  const well = after.filter((answer) => answer.status === 200).length;
  violations.expect(well === after.length, `${name}: afterwards ${statuses(after)}`);
  for (const [index, answer] of after.entries()) {
    for (const words of wrongIn(answer, await world.expected(pictures[index] ?? wanted("new")))) {
      violations.expect(false, `${name}, afterwards: ${words}`);
    }
  }
  violations.expect(stage.storedCount([wanted("new")]) === 1, `${name}: afterwards nothing is stored`);
  violations.expect(await stage.holdsOnlyRightBytes(), `${name}: a wrong derivative is stored`);
  await stage.close();
  return { asked: during.length, right, slowest, stored, askedAfter: after.length, well };
}

interface Result {
  readonly asked: number;
  readonly right: number;
  /** Milliseconds. */
  readonly slowest: number;
  readonly stored: number;
  readonly askedAfter: number;
  readonly well: number;
}

function tableRow({ row, operation, status }: Case, results: readonly Result[]): (string | number)[] {
  const sum = (of: (result: Result) => number) => results.reduce((total, result) => total + of(result), 0);
  const slowest = Math.round(Math.max(...results.map((result) => result.slowest)));
  return [
    row.fault,
    operation,
    `${sum(({ asked }) => asked)} x ${status}`,
    sum(({ right }) => right),
    slowest,
    sum(({ stored }) => stored),
    `${sum(({ well }) => well)} of ${sum(({ askedAfter }) => askedAfter)}`,
  ];
}

function wanted(version: string): Wanted {
  return { preset: "thumb", source: "photos/scene.jpg", version };
}

function* wrongIn(answer: Answer | Lost, expected: Buffer): Iterable<string> {
  if (isLost(answer)) {
    yield `an answer was lost: ${answer.reason}`;
    return;
  }
  const { status, headers, body } = answer;
  if (status === 200) {
    if (!body.equals(expected)) yield "a wrong byte";
    return;
  }
  if (!/^[A-Z][ a-z]+\nReference: [0-9a-f-]{36}\n$/.test(body.toString()))
    yield "an error in other words than ours";
  const maxAge = Number(/max-age=(\d+)/.exec(headers["cache-control"] ?? "")?.[1]);
  if (!(maxAge <= 10)) yield `an error that is kept for ${maxAge} s`;
  if (status === 503 && headers["retry-after"] === undefined) yield "a 503 without Retry-After";
}

function statuses(answers: readonly (Answer | Lost)[]): string {
  return [...new Set(answers.map(({ status }) => status))].join(", ");
}

/** The service over two buckets, with a hand on the wire and on the clock. */
async function openStage(world: World, s3Timeouts: S3Timeouts) {
  const sources = createMemoryStore(Date.now);
  const derivatives = createMemoryStore(Date.now);
  for (const [key, bytes] of world.pictures) sources.objects.set(key, makeObject(bytes));
  let current: { readonly fault: FaultName; readonly operation: Operation } | undefined;
  const s3 = await startS3Server({
    buckets: { sources, derivatives },
    listBucket: true,
    intercept: (request, response) =>
      current !== undefined &&
      operationOf(request.method, request.url) === current.operation &&
      faults[current.fault](request, response),
  });
  const open = (bucket: string) =>
    openS3Store({
      bucket,
      region: "us-east-1",
      endpoint: s3.url,
      forcePathStyle: true,
      credentials: { accessKeyId: "drill", secretAccessKey: "drill" },
      timeouts: s3Timeouts,
    });
  const start = (nowMilliseconds: () => number) =>
    startTestService({
      table: world.table,
      sources: open("sources"),
      derivatives: open("derivatives"),
      nowMilliseconds,
    });
  let now = Date.now();
  const service = await start(() => now);
  const client = openClient(service.port, 50);
  const ask = (pictures: readonly Wanted[], through = client) =>
    Promise.all(pictures.map((each) => through.get(world.target(each))));
  const keyOf = ({ preset, source, version }: Wanted) =>
    `${source}/${preset}.${world.table.presets[preset]?.revision}.v-${version}.webp`;

  return {
    ask,
    /** Through a service of its own, whose memory is gone afterwards. */
    async storeBefore(pictures: readonly Wanted[]) {
      const before = await start(Date.now);
      const through = openClient(before.port, 50);
      await ask(pictures, through);
      through.close();
      await before.close(1_000);
    },
    inject(fault: FaultName, operation: Operation) {
      current = { fault, operation };
    },
    heal() {
      current = undefined;
      // What may be kept for a while is forgotten; no more than the 10 s of a missing source.
      now += 11_000;
    },
    storedCount: (pictures: readonly Wanted[]) =>
      pictures.filter((each) => derivatives.objects.has(keyOf(each))).length,
    async holdsOnlyRightBytes() {
      const expected = await world.expected(wanted(""));
      return [...derivatives.objects.values()].every(({ body }) => body.equals(expected));
    },
    async close() {
      client.close();
      await service.close(0);
      await s3.close();
    },
  };
}

function operationOf(method = "", url = ""): Operation | undefined {
  const isRead = method === "GET" || method === "HEAD";
  if (url.startsWith("/sources/")) return isRead ? "reading a source" : undefined;
  return isRead ? "reading a derivative" : "writing back";
}

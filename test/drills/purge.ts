/** A purge while renders of the old source are in flight, and the second sweep that the first one needs. */

import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { originResponse } from "../../src/edge/origin-response.ts";
import { render } from "../../src/images/render.ts";
import { startS3Server } from "../../src/local/s3-server.ts";
import { openDerivativeFolder } from "../../src/store/derivative-folder.ts";
import { openS3Store } from "../../src/store/s3.ts";
import type { Store } from "../../src/store/store.ts";
import { originResponseEvent } from "../fixtures/events.ts";
import { createMemoryStore, makeObject } from "../fixtures/memory-store.ts";
import { scene } from "../fixtures/pictures.ts";
import { type Drill, type Setting, Violations } from "./drill.ts";
import { type Random, seededRandom } from "./random.ts";
import { createWorld, type Wanted, type World } from "./world.ts";

const source = "photos/scene.jpg";
const rounds = { short: 1, full: 30 };
const inFlight = 24;

export const purge: Drill = {
  name: "purge",
  promise:
    "After the second sweep of a purge, nothing made of the old source is left, whatever was in flight.",
  async run(setting) {
    const world = await createWorld();
    const violations = new Violations();
    const random = seededRandom(setting.seed);
    const rows: (string | number)[][] = [];
    for (const [name, open] of Object.entries(stores)) {
      const { store, close } = await open(setting, violations);
      const totals = [0, 0, 0, 0];
      for (let round = 0; round < rounds[setting.form]; round += 1) {
        const counts = await runRound(store, { name, world, random, violations });
        for (const [index, count] of counts.entries()) totals[index] = (totals[index] ?? 0) + count;
      }
      await close();
      // A drill in which no render outlives the first sweep drills nothing.
      violations.expect((totals[1] ?? 0) > 0, `${name}: no old derivative was written after the first sweep`);
      rows.push([name, rounds[setting.form], rounds[setting.form] * inFlight, ...totals]);
    }
    return { tables: [{ columns, rows }], violations: violations.list };
  },
};

const columns = [
  "store",
  "rounds",
  "renders in flight",
  "removed by the first sweep",
  "written after it, of the old source",
  "removed by the second sweep",
  "old ones left",
];

interface Stores {
  readonly [name: string]: (
    setting: Setting,
    violations: Violations,
  ) => Promise<{ readonly store: Store; close(): Promise<void> }>;
}

const stores: Stores = {
  "a folder": async ({ work }, violations) => ({
    store: await openDerivativeFolder(join(work, "derivatives"), {
      onDamage: ({ key }) => violations.expect(false, `a folder: the derivative ${key} is damaged`),
    }),
    close: async () => {},
  }),
  S3: async () => {
    const derivatives = createMemoryStore(Date.now);
    const { url, close } = await startS3Server({ buckets: { derivatives }, listBucket: true });
    const credentials = { accessKeyId: "drill", secretAccessKey: "drill" };
    const region = "us-east-1";
    const store = openS3Store({
      bucket: "derivatives",
      region,
      endpoint: url,
      forcePathStyle: true,
      credentials,
    });
    return { store, close };
  },
};

interface Round {
  readonly name: string;
  readonly world: World;
  readonly random: Random;
  readonly violations: Violations;
}

async function runRound(
  store: Store,
  { name, world, random, violations }: Round,
): Promise<readonly number[]> {
  const wanted: Wanted = { preset: "thumb", source };
  const before = world.pictures.get(source) ?? Buffer.alloc(0);
  const after = await scene(480, 640).negate().jpeg({ quality: 92 }).toBuffer();
  const [oldBody, newBody] = [await world.expected(wanted, before), await world.expected(wanted, after)];
  const sources = createMemoryStore(Date.now);
  sources.objects.set(source, makeObject(before));
  const revision = world.table.presets.thumb?.revision;
  const paths = Array.from(
    { length: inFlight },
    (_, index) => `/${source}/thumb.${revision}.v-${index}.webp`,
  );

  // Some renders end before the first sweep, some in it, some after it.
  let sweptOnce = () => {};
  const firstSweep = new Promise<void>((resolve) => {
    sweptOnce = resolve;
  });
  const patience = [async () => {}, () => delay(random.integer(40)), () => firstSweep] as const;
  let rendered = 0;
  let answered = 0;
  const parts = {
    table: world.table,
    sources,
    derivatives: store,
    async render(...args: Parameters<typeof render>) {
      const rendition = await render(...args);
      rendered += 1;
      await random.pick(patience)();
      return rendition;
    },
    schedule: <T>(work: () => Promise<T>) => work(),
    nowMilliseconds: Date.now,
    log: () => {},
  };
  const answerAll = () =>
    Promise.all(
      paths.map(async (path) => {
        const { status, body } = await originResponse(originResponseEvent(path, 403), parts);
        answered += 1;
        return status === "200" ? Buffer.from(body ?? "", "base64") : undefined;
      }),
    );

  const old = answerAll();
  while (rendered < inFlight || answered < 2) await delay(1);
  sources.objects.set(source, makeObject(after));
  const removedFirst = await store.removePrefix(`${source}/`);
  sweptOnce();
  const oldAnswers = await old;
  violations.expect(
    oldAnswers.every((body) => body?.equals(oldBody)),
    `${name}: a render of the old source was answered wrongly`,
  );
  const writtenAfter = await storedBodies(store, paths);
  const removedSecond = await store.removePrefix(`${source}/`);
  const left = await storedBodies(store, paths);
  violations.expect(left.length === 0, `${name}: ${left.length} derivatives are left after the second sweep`);

  await answerAll();
  const renewed = await storedBodies(store, paths);
  violations.expect(
    renewed.length === inFlight && renewed.every((body) => body.equals(newBody)),
    `${name}: afterwards not every derivative is of the new source`,
  );
  await store.removePrefix(`${source}/`);
  return [removedFirst, writtenAfter.length, removedSecond, left.length];
}

async function storedBodies(store: Store, paths: readonly string[]): Promise<readonly Buffer[]> {
  const stored = await Promise.all(paths.map((path) => store.read(path.slice(1))));
  return stored.flatMap((object) => (object === undefined ? [] : [object.body]));
}

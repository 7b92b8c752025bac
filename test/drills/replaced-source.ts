/** A source that is replaced again and again while it is asked for: by rename, and rewritten in place. */

import { open, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { openDerivativeFolder } from "../../src/store/derivative-folder.ts";
import { openSourceFolder } from "../../src/store/source-folder.ts";
import { scene } from "../fixtures/pictures.ts";
import { startTestService } from "../fixtures/service.ts";
import { isLost, openClient } from "./client.ts";
import { type Drill, type Setting, Violations } from "./drill.ts";
import { createWorld, type Wanted } from "./world.ts";

const source = "photos/scene.jpg";
const wanted: Wanted = { preset: "thumb", source };
const renders = { short: 40, full: 600 };
// A fast machine goes on asking until the source has been replaced so often.
const replacements = { short: 3, full: 30 };
const connections = 8;
// Swapped much more often than that, a file is never the same at two looks, and a 503 is right.
const pauseMilliseconds = 120;

interface Way {
  readonly name: string;
  readonly replace: (file: string, bytes: Buffer) => Promise<void>;
  /** What may be answered beside the old and the new picture. */
  readonly refusals: readonly number[];
}

const ways: readonly Way[] = [
  {
    name: "by rename",
    async replace(file, bytes) {
      await writeFile(`${file}.new`, bytes);
      await rename(`${file}.new`, file);
    },
    refusals: [],
  },
  {
    name: "in place, in five pieces",
    async replace(file, bytes) {
      const handle = await open(file, "w");
      for (let piece = 0; piece < 5; piece += 1) {
        await handle.write(bytes.subarray((piece * bytes.length) / 5, ((piece + 1) * bytes.length) / 5));
        await delay(1);
      }
      await handle.close();
    },
    // It changed too often, or it was half there and at rest: a broken picture like any other.
    refusals: [503, 415],
  },
];

export const replacedSource: Drill = {
  name: "replaced-source",
  promise:
    "While a source is replaced, every answer is the old picture or the new one, whole, or an honest refusal; afterwards " +
    "it is the new one.",
  async run(setting) {
    const violations = new Violations();
    const rows: (string | number)[][] = [];
    for (const way of ways) rows.push(await drillWay(way, setting, violations));
    const columns = ["replaced", "times", "requests", "old or new", "503", "415", "anything else"];
    return { tables: [{ columns, rows }], violations: violations.list };
  },
};

async function drillWay(way: Way, { form, work }: Setting, violations: Violations) {
  const folder = join(work, way.name.slice(0, 5));
  const world = await createWorld();
  await world.writeSources(folder);
  const one = world.pictures.get(source) ?? Buffer.alloc(0);
  const other = await scene(480, 640).negate().jpeg({ quality: 92 }).toBuffer();
  const right = [await world.expected(wanted, one), await world.expected(wanted, other)];
  const service = await startTestService({
    table: world.table,
    sources: await openSourceFolder(folder),
    derivatives: await openDerivativeFolder(`${folder}-derivatives`, {
      onDamage: ({ key }) => violations.expect(false, `${way.name}: the derivative ${key} is damaged`),
    }),
    nowMilliseconds: Date.now,
  });
  const client = openClient(service.port, connections);

  const file = join(folder, source);
  let isAsking = true;
  let times = 0;
  const replacing = (async () => {
    for (; isAsking; times += 1) {
      await way.replace(file, times % 2 === 0 ? other : one);
      await delay(pauseMilliseconds);
    }
    await way.replace(file, other);
  })();

  const seen = new Map<string, number>();
  async function askOnce(version: string) {
    const answer = await client.get(world.target({ ...wanted, version }));
    const isPicture = answer.status === 200 && !isLost(answer);
    const isRight = isPicture && right.some((body) => body.equals(answer.body));
    const outcome = isRight ? "picture" : isPicture ? "a wrong byte" : String(answer.status);
    seen.set(outcome, (seen.get(outcome) ?? 0) + 1);
    const isAllowed = isRight || way.refusals.includes(answer.status);
    violations.expect(isAllowed, `${way.name}: ${outcome} was answered`);
  }
  let asked = 0;
  const ask = async () => {
    while (asked < renders[form] || times < replacements[form]) {
      asked += 1;
      await askOnce(`v${asked}`);
    }
  };
  await Promise.all(Array.from({ length: connections }, ask));
  isAsking = false;
  await replacing;
  const last = await client.get(world.target({ ...wanted, version: "last" }));
  const isLast = !isLost(last) && last.body.equals(right[1] ?? Buffer.alloc(0));
  violations.expect(isLast, `${way.name}: afterwards it is not the new picture`);
  client.close();
  await service.close(1_000);

  const count = (outcome: string) => seen.get(outcome) ?? 0;
  const known = [count("picture"), count("503"), count("415")];
  const rest = asked - known.reduce((sum, each) => sum + each, 0);
  return [way.name, times, asked, ...known, rest];
}

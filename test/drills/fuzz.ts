/** Mutated URLs against viewer-request itself, and against the server over HTTP; jose is the judge. */

import type { LogEntry } from "../../src/edge/log.ts";
import { viewerRequest } from "../../src/edge/viewer-request.ts";
import { errorRow, errorTable } from "../../src/errors.ts";
import { emulatedViewerRequestEvent } from "../fixtures/events.ts";
import { makeObject } from "../fixtures/memory-store.ts";
import { signedTarget, startTestService } from "../fixtures/service.ts";
import { keys, vectors } from "../vectors/signed-urls.ts";
import { type Drill, type Report, type Setting, type Table, Violations } from "./drill.ts";
import { mutate } from "./mutations.ts";
import { type Claims, rightlyClaimed } from "./oracle.ts";
import { type Random, seededRandom } from "./random.ts";
import { exchangeRaw } from "./raw-http.ts";
import { createWorld, type World } from "./world.ts";

const urlsInProcess = { short: 4_000, full: 100_000 };
const urlsOverHttp = { short: 400, full: 10_000 };
const sockets = 16;

export const fuzz: Drill = {
  name: "fuzz",
  promise:
    "Whatever is done to a URL, the answer is a documented code, never an exception, and never a picture or a rewrite " +
    "for anything that is not rightly signed.",
  async run(setting): Promise<Report> {
    const world = await createWorld();
    const violations = new Violations();
    const bench = { world, violations, random: seededRandom(setting.seed), originals: originalsOf(world) };
    return {
      tables: [await inProcess(bench, setting), await overHttp(bench, setting)],
      violations: violations.list,
    };
  },
};

interface Bench {
  readonly world: World;
  readonly violations: Violations;
  readonly random: Random;
  readonly originals: readonly [string, ...string[]];
}

const nowSeconds = vectors.clock;
const presets = ["thumb", "card", "avatar", "banner", "og", "lqip"];
const methods = ["GET", "GET", "GET", "GET", "GET", "GET", "HEAD", "OPTIONS", "POST", "DELETE"] as const;
const accepts = [
  "*/*",
  "image/avif,image/webp,*/*;q=0.8",
  "image/avif;q=0,image/webp;q=1.000",
  "",
  ",".repeat(4_000),
] as const;

/** Signed in every way there is, public, expired, and those of the URL contract's vectors. */
function originalsOf(world: World): readonly [string, ...string[]] {
  const targets = [...world.pictures.keys()].flatMap((source) =>
    presets.flatMap((preset) => [
      signedTarget({ preset, source }),
      signedTarget({ preset, source, exp: nowSeconds + 600 }),
      signedTarget({ preset, source, exp: nowSeconds - 1 }),
      signedTarget({ preset, source, exp: nowSeconds + 600, ver: "v1" }, "demo-2"),
    ]),
  );
  const contract = [...vectors.valid, ...vectors.refused, ...vectors.selected].map(({ target }) => target);
  return ["/og/noise.jpg", "/robots.txt", "/favicon.ico", ...targets, ...contract];
}

async function inProcess({ world, violations, random, originals }: Bench, { form }: Setting): Promise<Table> {
  const { table } = world;
  const outcomes = new Map<string, number>();
  for (let count = 0; count < urlsInProcess[form]; count += 1) {
    const target = mutate(random.pick(originals), random, originals);
    const [path, queryString] = splitTarget(target);
    const method = random.pick(methods);
    const viewer = {
      id: "drill",
      method,
      path,
      queryString,
      headers: { accept: random.pick(accepts) },
      clientIp: "",
    };
    const logged: LogEntry[] = [];
    const log = (entry: LogEntry) => logged.push(entry);
    const parts = { table, keys, nowMilliseconds: () => nowSeconds * 1000, log };
    const about = `${method} ${JSON.stringify(target.slice(0, 300))}`;
    const result = await viewerRequest(emulatedViewerRequestEvent(viewer), parts).catch((error: unknown) => {
      violations.expect(false, `${about} threw ${String(error)}`);
    });
    const code = logged[0]?.code;
    if (result === null || result === undefined)
      outcomes.set("exception", (outcomes.get("exception") ?? 0) + 1);
    else if ("uri" in result) {
      const claims = await rightlyClaimed(target, { table, keys: vectors.keys.keys, nowSeconds });
      const isRight = claims !== undefined && isPathOf(result.uri, claims, world);
      violations.expect(isRight, `${about} was rewritten to ${result.uri}`);
      outcomes.set("rewritten", (outcomes.get("rewritten") ?? 0) + 1);
    } else {
      const isKnown = code !== undefined && code !== "INTERNAL" && Object.hasOwn(errorTable, code);
      const isFixed =
        code === undefined && (method === "OPTIONS" || ["/robots.txt", "/favicon.ico"].includes(path));
      violations.expect(isKnown || isFixed, `${about} ended in ${code ?? result.status}`);
      const status = isKnown ? String(errorRow(code).status) : result.status;
      violations.expect(result.status === status, `${about}: ${code} with the status ${result.status}`);
      const outcome = code ?? `answered with ${result.status}`;
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    }
  }
  return countTable(`${urlsInProcess[form]} URLs in process`, "outcome", outcomes);
}

async function overHttp({ world, violations, random, originals }: Bench, { form }: Setting): Promise<Table> {
  const service = await startTestService({ table: world.table, nowMilliseconds: () => nowSeconds * 1000 });
  for (const [key, bytes] of world.pictures) service.sources.objects.set(key, makeObject(bytes));
  const outcomes = new Map<string, number>();

  async function askOnce(): Promise<void> {
    const target = mutate(random.pick(originals), random, originals);
    const method = random.pick(methods);
    const about = `${method} ${JSON.stringify(target.slice(0, 300))}`;
    // As a client writes that checks nothing. What it takes for one target, the server may take for more.
    const head = `${method} ${target} HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n`;
    const [answer] = await exchangeRaw(service.port, head);
    const outcome = String(answer?.status ?? "no answer");
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    violations.expect(documentedStatuses.has(outcome), `${about} ended in ${outcome}`);
    if (answer === undefined || answer.status >= 300 || method === "OPTIONS") return;
    const [whole = ""] = Buffer.from(target)
      .toString("latin1")
      .split(/[ \r\n]/);
    // As it is sent to a proxy (RFC 9112 3.2.2).
    const asRead = whole.replace(/^http:\/\/[^/]*/, "");
    if (fixedPaths.has(splitTarget(asRead)[0])) return;
    const claims = await rightlyClaimed(asRead, { table: world.table, keys: vectors.keys.keys, nowSeconds });
    const isRight = claims !== undefined && (method === "HEAD" || isStored(answer.body, claims));
    violations.expect(isRight, `${about} was answered with ${answer.status}`);
  }
  function isStored(body: Buffer, { source, preset }: Claims): boolean {
    return [...service.derivatives.objects].some(
      ([key, object]) => key.startsWith(`${source}/${preset}.`) && object.body.equals(body),
    );
  }

  let asked = 0;
  const ask = async () => {
    for (; asked < urlsOverHttp[form]; ) {
      asked += 1;
      await askOnce();
    }
  };
  await Promise.all(Array.from({ length: sockets }, ask));
  const [health] = await exchangeRaw(
    service.port,
    "GET /_health HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n",
  );
  violations.expect(health?.status === 200, "the server is not well afterwards");
  const internal = service.logged.filter(({ code }) => code === "INTERNAL").length;
  violations.expect(internal === 0, `${internal} requests ended in INTERNAL`);
  await service.close(1_000);
  return countTable(`${urlsOverHttp[form]} URLs over HTTP`, "status", outcomes);
}

const fixedPaths = new Set(["/robots.txt", "/favicon.ico", "/_health"]);
const documentedStatuses = new Set(["200", "204", "400", "403", "404", "405", "414", "431"]);

function splitTarget(target: string): [path: string, queryString: string] {
  const mark = target.indexOf("?");
  return mark === -1 ? [target, ""] : [target.slice(0, mark), target.slice(mark + 1)];
}

/** Exactly what was claimed stands in the path, and nothing that was not. */
function isPathOf(uri: string, { wire, preset, version }: Claims, { table }: World): boolean {
  const { revision, formats } = table.presets[preset] ?? {};
  const start = `/${wire}/${preset}.${revision}`;
  const ends = formats?.map((format) => `${version === undefined ? "" : `.v-${version}`}.${format}`) ?? [];
  const end = ends.find((each) => uri.endsWith(each));
  if (!uri.startsWith(start) || end === undefined) return false;
  return /^(\.[0-9.]+[wx])?$/.test(uri.slice(start.length, uri.length - end.length));
}

function countTable(title: string, what: string, counts: ReadonlyMap<string, number>): Table {
  const rows = [...counts].sort(([, one], [, other]) => other - one);
  return { title, columns: [what, "times"], rows };
}

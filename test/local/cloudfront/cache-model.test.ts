/** Random requests against a layer, beside a model that knows only what the origin had when. */

import fc from "fast-check";
import { expect, it } from "vitest";
import type { FetchedAnswer, LayerAnswer } from "../../../src/local/cloudfront/layer.ts";
import { failure, layerPolicy, type Sent, setUpLayer } from "./layer-requests.ts";

const maxLifetimeSeconds = 60;
const maxTTL = 100;
const errorCachingMinTTL = 2;

interface Version {
  readonly uri: string;
  readonly number: number;
  readonly cacheControl: string;
  readonly from: number;
  until: number;
}

/** What an origin had, and when: the whole of what the answers are judged by. */
function createWorld(clock: { readonly milliseconds: number }) {
  const versions: Version[] = [];
  const world = {
    isDown: false,
    downUntil: Number.NEGATIVE_INFINITY,
    invalidatedAt: Number.NEGATIVE_INFINITY,
    current: (uri: string) =>
      versions.findLast((version) => version.uri === uri) ?? world.change(uri, "max-age=60"),
    changes: 0,
    change(uri: string, cacheControl: string): Version {
      world.changes += 1;
      const last = versions.findLast((version) => version.uri === uri);
      if (last !== undefined) last.until = clock.milliseconds;
      const number = (last?.number ?? 0) + 1;
      const version = {
        uri,
        number,
        cacheControl,
        from: clock.milliseconds,
        until: Number.POSITIVE_INFINITY,
      };
      versions.push(version);
      return version;
    },
    /** Whether these bytes, under this tag, may be shown now. */
    allows(uri: string, etag: string | undefined, isSettled: boolean): Version | undefined {
      const version = versions.find((each) => each.uri === uri && tagOf(each) === etag);
      if (version === undefined || version.until === Number.POSITIVE_INFINITY) return version;
      // It went only while the answer was on its way.
      if (!isSettled && version.until === clock.milliseconds) return version;
      const isOriginTrusted = !world.isDown && world.downUntil <= clock.milliseconds;
      const seconds = isOriginTrusted ? maxLifetimeSeconds : maxTTL;
      const isRecent = version.until > clock.milliseconds - seconds * 1000;
      // While the origin fails, even what said no-store stands in.
      const mayBeKept = version.cacheControl !== "no-store" || !isOriginTrusted;
      const isKept = mayBeKept && version.until >= world.invalidatedAt;
      return isRecent && isKept ? version : undefined;
    },
  };
  return world;
}

function tagOf({ number }: Version): string {
  return `"v${number}"`;
}

/** Long enough for several ranges to be worth it. */
function bodyOf({ uri, number }: Version): string {
  return `${uri} ${number} `.repeat(200);
}

function originOf(world: ReturnType<typeof createWorld>) {
  return ({ request, conditions }: Sent): FetchedAnswer => {
    if (world.isDown) return failure(503);
    const version = world.current(request.uri);
    const headers = { "cache-control": version.cacheControl, etag: tagOf(version) };
    if (conditions["if-none-match"] === headers.etag) return { status: 304, headers, body: Buffer.of() };
    const body = Buffer.from(bodyOf(version));
    const length = String(body.length);
    if (request.method === "HEAD")
      return { status: 200, headers: { ...headers, "content-length": length }, body: Buffer.of() };
    const range = /^bytes=(\d+)-(\d+)$/.exec(conditions.range ?? "");
    const ifRange = conditions["if-range"] ?? headers.etag;
    if (range === null || ifRange !== headers.etag) return { status: 200, headers, body };
    const [first, last] = [Number(range[1]), Number(range[2])];
    const contentRange = { "content-range": `bytes ${first}-${last}/${length}` };
    return { status: 206, headers: { ...headers, ...contentRange }, body: body.subarray(first, last + 1) };
  };
}

const uri = fc.constantFrom("/a", "/b");
const command = fc.oneof(
  fc.record({
    kind: fc.constant("ask" as const),
    uri,
    method: fc.constantFrom("GET", "GET", "HEAD"),
    headers: fc.record(
      {
        range: fc.constantFrom("bytes=0-9", "bytes=5-20", "bytes=0-9,30-39"),
        "if-none-match": fc.constantFrom('"v1"', '"v2"', '"v3"'),
        "if-range": fc.constantFrom('"v1"', '"v2"'),
      },
      { requiredKeys: [] },
    ),
  }),
  fc.record({ kind: fc.constant("pass" as const), seconds: fc.constantFrom(1, 5, 29, 31, 61) }),
  fc.record({
    kind: fc.constant("change" as const),
    uri,
    cacheControl: fc.constantFrom("max-age=60", "max-age=0, s-maxage=30", "no-store", "max-age=5"),
  }),
  fc.record({ kind: fc.constant("toggle" as const) }),
  fc.record({ kind: fc.constant("invalidate" as const), paths: fc.constantFrom(["/*"], ["/a", "/b"]) }),
);

type Command = typeof command extends fc.Arbitrary<infer Each> ? Each : never;

/** A layer, its world, and what a command does to the two. */
function setUp(fetching: (answer: FetchedAnswer) => Promise<FetchedAnswer> = async (answer) => answer) {
  const policy = layerPolicy({ maxTTL, errorCachingMinTTL });
  const { layer, ask, pass, clock } = setUpLayer((sent) => fetching(origin(sent)), policy);
  const world = createWorld(clock);
  const origin = originOf(world);
  return async function perform(each: Command): Promise<void> {
    if (each.kind === "pass") pass(each.seconds);
    else if (each.kind === "change") world.change(each.uri, each.cacheControl);
    else if (each.kind === "toggle") {
      world.isDown = !world.isDown;
      world.downUntil = clock.milliseconds + errorCachingMinTTL * 1000;
    } else if (each.kind === "invalidate") {
      layer.invalidate(each.paths);
      world.invalidatedAt = clock.milliseconds;
    } else {
      // What came on the way of the request itself is none of the cache's.
      const changesBefore = world.changes;
      const answer = await ask(each);
      judge(answer, each, world, clock, world.changes === changesBefore);
    }
  };
}

it("never serves a byte that the origin did not have within the lifetime", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(command, { maxLength: 40 }), async (commands) => {
      const perform = setUp();
      for (const each of commands) await perform(each);
    }),
    { numRuns: 500 },
  );
});

it("nor when requests overlap, and the origin changes under them", async () => {
  const isInstant = (each: Command) => each.kind === "ask" || each.kind === "change";
  const batch = fc.array(command.filter(isInstant), { minLength: 1, maxLength: 8 });
  const between = fc.array(
    command.filter((each) => !isInstant(each)),
    { maxLength: 2 },
  );
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.array(fc.tuple(batch, between), { maxLength: 5 }),
      async (scheduler, rounds) => {
        const perform = setUp((answer) => scheduler.schedule(Promise.resolve(answer)));
        for (const [together, apart] of rounds) {
          const performed = together.map(async (each) => {
            await scheduler.schedule(Promise.resolve());
            await perform(each);
          });
          await scheduler.waitFor(Promise.all(performed));
          for (const each of apart) await perform(each);
        }
      },
    ),
    { numRuns: 300 },
  );
});

function judge(
  answer: LayerAnswer,
  asked: {
    readonly uri: string;
    readonly method: string;
    readonly headers: Readonly<Record<string, string>>;
  },
  world: ReturnType<typeof createWorld>,
  clock: { readonly milliseconds: number },
  isSettled: boolean,
) {
  if (answer.status === 503) {
    expect(world.isDown || world.downUntil > clock.milliseconds).toBe(true);
    return;
  }
  const version = world.allows(asked.uri, answer.headers.etag, isSettled);
  if (version === undefined) expect.fail(`${answer.outcome} served ${JSON.stringify(answer.headers)}`);
  const whole = bodyOf(version);
  const body = answer.body.toString();
  if (answer.status === 304) {
    expect([asked.headers["if-none-match"], body]).toEqual([tagOf(version), ""]);
  } else if (answer.status === 206) {
    expect(asked.method).toBe("GET");
    expect([undefined, tagOf(version)]).toContain(asked.headers["if-range"] ?? undefined);
    for (const [, first, last] of (asked.headers.range ?? "").matchAll(/(\d+)-(\d+)/g)) {
      expect(body).toContain(whole.slice(Number(first), Number(last) + 1));
    }
  } else {
    expect(answer.status).toBe(200);
    expect(body).toBe(asked.method === "HEAD" ? "" : whole);
    if (answer.headers["content-length"] !== undefined)
      expect(answer.headers["content-length"]).toBe(String(whole.length));
  }
}

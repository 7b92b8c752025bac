/** Against our own emulator behind node:http, where every assumption holds, and against one that is bent. */

import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import sharp from "sharp";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { run } from "../../src/cli/program.ts";
import { assumedBehaviors } from "../../src/local/cloudfront/assumed.ts";
import {
  createDistribution,
  type Distribution,
  type DistributionAnswer,
} from "../../src/local/cloudfront/distribution.ts";
import type { EdgeFunction } from "../../src/local/cloudfront/invoke.ts";
import { plainDistribution } from "../../src/local/cloudfront/plain-distribution.ts";
import { rules } from "../../src/local/cloudfront/rules.ts";
import { createS3Origin, type S3Objects } from "../../src/local/s3-origin.ts";
import { startServer } from "../../src/local/server.ts";
import { createService } from "../../src/local/service.ts";
import { checks } from "../../src/operations/probe/checks.ts";
import type { Finding, Verdict } from "../../src/operations/probe/probe.ts";
import { imgseal, memoryTerminal, noon, temporaryFolder } from "../cli/terminal.ts";
import { shippedTable } from "../fixtures/journey.ts";
import { createMemoryStore } from "../fixtures/memory-store.ts";
import { keys, vectors } from "../vectors/signed-urls.ts";

const root = new URL("../../", import.meta.url);
const source = "photos/noise.jpg";

async function picture(): Promise<Buffer> {
  const noise = { type: "gaussian", mean: 128, sigma: 40 } as const;
  return sharp({ create: { width: 640, height: 480, channels: 3, background: "#000", noise } })
    .jpeg()
    .toBuffer();
}

/** What the command's waiting moves, and the distributions tell the time by. */
const clock = { milliseconds: noon };
const now = () => clock.milliseconds;

beforeEach(() => {
  clock.milliseconds = noon;
});

interface ProbeDistribution {
  readonly isStrict?: boolean;
  readonly originShield?: boolean;
  readonly objects?: S3Objects;
}

const probeObject: S3Objects = { "_probe/object": { body: "any", contentType: "text/plain" } };

/** The probe function as it is deployed, at its four events. */
async function probeDistribution({
  isStrict = true,
  originShield = true,
  objects = probeObject,
}: ProbeDistribution = {}) {
  const file = new URL("src/operations/probe/probe-function.mjs", root).href;
  const deployed: EdgeFunction = await import(file);
  const events = ["viewer-request", "origin-request", "origin-response", "viewer-response"] as const;
  const plain = plainDistribution(events);
  const bucket = createS3Origin(objects);
  return createDistribution({
    description: { ...plain, origins: plain.origins.map((origin) => ({ ...origin, originShield })) },
    functions: Object.fromEntries(events.map((event) => [event, deployed])),
    // A name that does not resolve is CloudFront's own 502.
    origin: async (request) => {
      if (request.origin.custom === undefined) return bucket(request);
      throw Object.assign(new Error("getaddrinfo ENOTFOUND"), { code: "ENOTFOUND" });
    },
    pops: ["FRA56-P1", "NRT57-C1"],
    cacheBytes: 10_000_000,
    isStrict,
    nowMilliseconds: now,
  });
}

interface Bent {
  readonly probeFunction?: Distribution;
  readonly bend?: (distribution: Distribution) => Distribution;
}

interface Started {
  readonly base: string;
  /** Host and port of the other location. */
  readonly secondLocation: string;
}

async function startLocations({ probeFunction, bend = (same) => same }: Bent): Promise<Started> {
  const sources = createMemoryStore(now);
  await sources.writeIfAbsent(source, await picture(), { contentType: "image/jpeg" });
  const table = await shippedTable();
  const service = createService({
    table,
    keys,
    sources,
    derivatives: createMemoryStore(now),
    pages: {},
    pops: 2,
    nowMilliseconds: now,
  });
  const imgsealAlone = bend(service.distribution);
  const distribution: Distribution = {
    ...imgsealAlone,
    answer: (viewer, pop) =>
      (viewer.path.startsWith("/_probe/") && probeFunction ? probeFunction : imgsealAlone).answer(
        viewer,
        pop,
      ),
  };
  const hosts: string[] = [];
  for (const pop of [0, 1]) {
    const server = await startServer({ ...service, distribution, pop }, { host: "127.0.0.1", port: 0 });
    onTestFinished(() => server.close(1_000));
    hosts.push(`127.0.0.1:${server.port}`);
  }
  const [first = "", secondLocation = ""] = hosts;
  return { base: `http://${first}`, secondLocation };
}

async function startDistribution(bent: Bent): Promise<string> {
  return (await startLocations(bent)).base;
}

/** A command that invalidates the path behind it, as an operator's script would. */
async function invalidateCommand(distribution: Distribution): Promise<string> {
  const server = createServer((request, response) => {
    distribution.invalidate([request.url ?? ""]);
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const script = join(temporaryFolder(), "invalidate.mjs");
  writeFileSync(script, `await fetch("http://127.0.0.1:${port}" + process.argv[2]);`);
  return `"${process.execPath}" "${script}"`;
}

async function probe(base: string, ...more: readonly string[]) {
  const keyFile = join(temporaryFolder(), "probe.keys.json");
  writeFileSync(keyFile, JSON.stringify(vectors.keys), { mode: 0o600 });
  const presets = fileURLToPath(new URL("presets.yaml", root));
  const { terminal, finished } = memoryTerminal("", {
    nowMilliseconds: now,
    wait: async (milliseconds) => {
      clock.milliseconds += milliseconds;
    },
  });
  const files = ["--presets", presets, "--keys", keyFile];
  await run(["probe", "--base", base, "--source", source, ...files, ...more], terminal);
  return finished();
}

function rulesWith(verdict: Verdict, out: string): string[] {
  const findings: Finding[] = JSON.parse(out);
  return findings.filter((finding) => finding.verdict === verdict).map(({ rule }) => rule);
}

const needing = (needs: RegExp) =>
  Object.entries(checks)
    .filter(([, check]) => needs.test(check.needs))
    .map(([rule]) => rule)
    .sort();

/** A distribution that answers these paths in a way of its own; `turn` counts its answers from 1. */
function answering(
  path: RegExp,
  change: (answer: DistributionAnswer, turn: number, first: DistributionAnswer) => DistributionAnswer,
) {
  return ({ answer, ...rest }: Distribution): Distribution => {
    let turn = 0;
    let first: DistributionAnswer | undefined;
    return {
      ...rest,
      answer: async (viewer, pop) => {
        const answered = await answer(viewer, pop);
        if (!path.test(viewer.path)) return answered;
        turn += 1;
        first ??= answered;
        return change(answered, turn, first);
      },
    };
  };
}

describe("imgseal probe", () => {
  it("has a check for every assumption, and for nothing else", () => {
    const assumedRules = Object.entries(rules)
      .filter(([, { source: page }]) => page === "assumed")
      .map(([id]) => id);
    expect(Object.keys(checks).sort()).toEqual([...assumedRules, ...Object.keys(assumedBehaviors)].sort());
  });

  it("finds that all holds for our own emulator, with all that the checks need", async () => {
    const probeFunction = await probeDistribution();
    const { base, secondLocation } = await startLocations({ probeFunction });
    const { exitCode, out, err } = await probe(
      base,
      "--json",
      "--second-location",
      secondLocation,
      "--invalidate",
      await invalidateCommand(probeFunction),
    );
    expect(err).toBe("");
    expect(JSON.parse(out).filter(({ verdict }: Finding) => verdict !== "held")).toEqual([]);
    expect(rulesWith("held", out).sort()).toEqual(Object.keys(checks).sort());
    expect(exitCode).toBe(0);
  });

  it("says what is not visible from outside without the operator's help, and why, as a table", async () => {
    const { exitCode, out } = await probe(await startDistribution({}));
    expect(exitCode).toBe(0);
    expect(out).toMatch(/^VERDICT +ASSUMPTION +SEEN\n/u);
    for (const rule of needing(/^probe function/u)) {
      expect(out).toMatch(
        new RegExp(`^not visible +${rule} +from outside without the probe function.*: \\S`, "mu"),
      );
    }
    for (const rule of needing(/^signed URL$/u)) expect(out).toMatch(new RegExp(`^held +${rule} `, "mu"));
    expect(out).toContain("the probe function is what `imgseal probe --function` prints");
  });

  it("says what else is missing where the probe function is there", async () => {
    const { out } = await probe(await startDistribution({ probeFunction: await probeDistribution() }));
    expect(out.match(/^not visible .*$/gmu)).toEqual([
      expect.stringMatching(
        /age-behind-origin-shield +from outside without --second-location: a viewer meets one edge location/u,
      ),
      expect.stringMatching(
        /invalidation-by-function-path +from outside without --invalidate: an invalidation is not made by a viewer/u,
      ),
      expect.stringMatching(/invalidation-under-way +from outside without --invalidate: /u),
    ]);
    expect(out).not.toContain("the probe function is what");
  });

  it("does not judge what a distribution does not let it see", async () => {
    const probeFunction = await probeDistribution({ originShield: false, objects: {} });
    const { base, secondLocation } = await startLocations({ probeFunction });
    const { exitCode, out } = await probe(base, "--second-location", secondLocation);
    expect(exitCode).toBe(0);
    expect(out).toMatch(/^not seen +origin-response-on-304 .*: put any small object at _probe\/object/mu);
    expect(out).toMatch(
      /^not seen +age-behind-origin-shield .*: no other location got it from Origin Shield/mu,
    );
  });

  it("finds what differs where no rule is kept", async () => {
    const probeFunction = await probeDistribution({ isStrict: false });
    const { exitCode, out } = await probe(await startDistribution({ probeFunction }), "--json");
    expect(exitCode).toBe(1);
    expect(rulesWith("differs", out).sort()).toEqual([
      "base64-size",
      "origin-at-viewer-request",
      "request-client-ip",
      "request-method",
      "viewer-response-body",
      "viewer-response-status",
    ]);
  });

  const stamp = (text: string): DistributionAnswer["body"] => Buffer.from(text.padEnd(30, "."));

  it.each<[string, string, (distribution: Distribution) => Distribution]>([
    [
      "error-with-max-age-0",
      "keeps no such error",
      answering(/error-with/u, (answer, turn) => ({ ...answer, body: stamp(`another ${turn}`) })),
    ],
    [
      "failure-is-not-stale",
      "lets what has expired stand in for a function",
      answering(/failure-is/u, (answer, _turn, first) => (answer.status === 503 ? first : answer)),
    ],
    [
      "stale-is-a-refresh-hit",
      "calls it a Hit",
      answering(/stale-is/u, (answer, turn) => (turn === 2 ? { ...answer, cacheOutcome: "Hit" } : answer)),
    ],
    [
      "age-of-what-was-kept",
      "says no age of an error",
      answering(/age-of/u, ({ fromLayer: _fromLayer, ...answer }) => answer),
    ],
    [
      "unreachable-origin-is-kept",
      "asks the origin again at once",
      answering(/unreachable/u, ({ fromLayer: _fromLayer, ...answer }, turn) => ({
        ...answer,
        headers: { "content-length": "30" },
        body: stamp(`page ${turn}`),
      })),
    ],
    [
      "range-answered-whole",
      "makes each range anew",
      answering(/range-answered/u, (answer, turn) => ({
        ...answer,
        status: 200,
        headers: { "content-length": "30" },
        body: stamp(`own ${turn}`),
      })),
    ],
    [
      "origin-response-on-304",
      "does not run origin-response then",
      answering(/on-304/u, (answer, _turn, first) => ({ ...answer, headers: first.headers })),
    ],
    [
      "age-behind-origin-shield",
      "lets it live anew at each location",
      answering(/age-behind/u, (_answer, _turn, first) => first),
    ],
    [
      "invalidation-by-function-path",
      "knows the viewer's path too",
      answering(/by-function-path/u, (answer, turn) => ({ ...answer, body: stamp(`made ${turn}`) })),
    ],
    [
      "invalidation-under-way",
      "keeps nothing that was under way",
      answering(/under-way/u, (answer, turn) => ({ ...answer, body: stamp(`made ${turn}`) })),
    ],
  ])("finds that %s differs where the distribution %s", async (rule, _what, bend) => {
    const kept = await probeDistribution();
    const { base, secondLocation } = await startLocations({ probeFunction: bend(kept) });
    const { needs } = Object.entries(checks).find(([id]) => id === rule)?.[1] ?? { needs: "" };
    const more = [
      ...(needs.includes("--invalidate") ? ["--invalidate", await invalidateCommand(kept)] : []),
      ...(needs.includes("--second-location") ? ["--second-location", secondLocation] : []),
    ];
    const { exitCode, out } = await probe(base, ...more);
    expect(exitCode).toBe(1);
    expect(out.match(/^differs +(\S+)/gmu)).toHaveLength(1);
    expect(out).toMatch(new RegExp(`^differs +${rule} `, "mu"));
  });

  it.each<[string, string, (distribution: Distribution) => Distribution]>([
    [
      "raw-path",
      "normalises the path",
      ({ answer, ...rest }) => ({
        ...rest,
        answer: (viewer, pop) => answer({ ...viewer, path: viewer.path.replace(/^\/_\/\.\./u, "") }, pop),
      }),
    ],
    [
      "vary-kept",
      "strips Vary",
      ({ answer, ...rest }) => ({
        ...rest,
        answer: async (viewer, pop) => {
          const answered = await answer(viewer, pop);
          const { vary: _vary, ...headers } = answered.headers;
          return { ...answered, headers };
        },
      }),
    ],
    [
      "collapsing-with-minimum-0",
      "collapses nothing",
      ({ answer, ...rest }) => ({
        ...rest,
        answer: async (viewer, pop) => {
          const answered = await answer(viewer, pop);
          return (viewer.queryString ?? "").includes("together")
            ? { ...answered, cacheOutcome: "Miss" }
            : answered;
        },
      }),
    ],
  ])(
    "finds that %s differs where the distribution %s, and says what was assumed",
    async (rule, _what, bend) => {
      const { exitCode, out } = await probe(await startDistribution({ bend }));
      expect(exitCode).toBe(1);
      expect(out.match(/^differs +(\S+)/gmu)).toHaveLength(1);
      expect(out).toMatch(new RegExp(`^differs +${rule} `, "mu"));
      expect(out).toContain(`\n${rule}: the emulator assumes: `);
    },
  );

  it("does not call it a success when nothing was verified, and says what to look at", async () => {
    const base = await startDistribution({});
    const { exitCode, out, err } = await probe(base, "--source", "none.jpg");
    expect(out).toMatch(/^not seen +raw-path /mu);
    expect(out).not.toMatch(/^held/mu);
    expect([exitCode, err]).toEqual([
      1,
      `imgseal: nothing was verified: ${base} does not answer with the picture. --source has to be the key of a source that is there, and --presets and --keys the files that the distribution was built with\n`,
    ]);
  });

  it("says that nobody answers", async () => {
    const { exitCode, err } = await probe("http://127.0.0.1:9");
    expect([exitCode, err]).toEqual([1, "imgseal: http://127.0.0.1:9 does not answer: ECONNREFUSED\n"]);
  });

  it.each([
    [["probe"], "missing --base or --source"],
    [["probe", "--base", "ftp://a", "--source", "b"], "--base: expected an http or https URL without a path"],
    [
      ["probe", "--base", "http://a/b/c", "--source", "b"],
      "--base: expected an http or https URL without a path",
    ],
  ])("refuses the command line %j", async (args, message) => {
    const { exitCode, err } = await imgseal(...args);
    expect([exitCode, err]).toEqual([2, expect.stringContaining(message)]);
  });

  it("refuses a second location that is no address", async () => {
    const { exitCode, err } = await probe("http://127.0.0.1:9", "--second-location", "http://a/b");
    expect([exitCode, err]).toEqual([
      2,
      expect.stringContaining("--second-location: expected an address, or an address and a port"),
    ]);
  });

  it("says that the command for invalidations failed", async () => {
    const probeFunction = await probeDistribution();
    const { exitCode, err } = await probe(
      await startDistribution({ probeFunction }),
      "--invalidate",
      "exit 3;",
    );
    expect([exitCode, err]).toEqual([
      1,
      expect.stringMatching(/^imgseal: --invalidate: the command ended with 3 for \/_probe\//u),
    ]);
  });

  it("prints the probe function", async () => {
    const { exitCode, out } = await imgseal("probe", "--function");
    expect(exitCode).toBe(0);
    expect(out).toContain("export async function handler(event)");
  });
});

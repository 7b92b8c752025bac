/** Against our own emulator behind node:http, where every assumption holds, and against one that is bent. */

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import sharp from "sharp";
import { describe, expect, it, onTestFinished } from "vitest";
import { assumedBehaviors } from "../../src/local/cloudfront/assumed.ts";
import type { CacheBehavior } from "../../src/local/cloudfront/description.ts";
import { createDistribution, type Distribution } from "../../src/local/cloudfront/distribution.ts";
import type { EdgeFunction } from "../../src/local/cloudfront/invoke.ts";
import { plainDistribution } from "../../src/local/cloudfront/plain-distribution.ts";
import { rules } from "../../src/local/cloudfront/rules.ts";
import { createS3Origin } from "../../src/local/s3-origin.ts";
import { startServer } from "../../src/local/server.ts";
import { createService } from "../../src/local/service.ts";
import { checks } from "../../src/operations/probe/checks.ts";
import type { Finding, Verdict } from "../../src/operations/probe/probe.ts";
import { imgseal, noon, temporaryFolder } from "../cli/terminal.ts";
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

/** The probe function as it is deployed, at its three events. */
async function probeDistribution(isStrict: boolean, behavior: Partial<CacheBehavior> = {}) {
  const file = new URL("src/operations/probe/probe-function.mjs", root).href;
  const deployed: EdgeFunction = await import(file);
  const events = ["viewer-request", "origin-request", "viewer-response"] as const;
  return createDistribution({
    description: plainDistribution(events, behavior),
    functions: Object.fromEntries(events.map((event) => [event, deployed])),
    origin: createS3Origin({}),
    pops: ["FRA56-P1"],
    cacheBytes: 10_000_000,
    isStrict,
    nowMilliseconds: () => noon,
  });
}

interface Bent {
  readonly probeFunction?: Distribution;
  readonly bend?: (distribution: Distribution) => Distribution;
}

async function startDistribution({ probeFunction, bend = (same) => same }: Bent): Promise<string> {
  const now = () => noon;
  const sources = createMemoryStore(now);
  await sources.writeIfAbsent(source, await picture(), { contentType: "image/jpeg" });
  const table = await shippedTable();
  const service = createService({
    table,
    keys,
    sources,
    derivatives: createMemoryStore(now),
    pages: {},
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
  const server = await startServer({ ...service, distribution }, { host: "127.0.0.1", port: 0 });
  onTestFinished(() => server.close(1_000));
  return `http://127.0.0.1:${server.port}`;
}

async function probe(base: string, ...more: readonly string[]) {
  const keyFile = join(temporaryFolder(), "probe.keys.json");
  writeFileSync(keyFile, JSON.stringify(vectors.keys), { mode: 0o600 });
  const presets = fileURLToPath(new URL("presets.yaml", root));
  return imgseal(
    "probe",
    "--base",
    base,
    "--source",
    source,
    "--presets",
    presets,
    "--keys",
    keyFile,
    ...more,
  );
}

function rulesWith(verdict: Verdict, out: string): string[] {
  const findings: Finding[] = JSON.parse(out);
  return findings.filter((finding) => finding.verdict === verdict).map(({ rule }) => rule);
}

const needing = (needs: string) =>
  Object.entries(checks)
    .filter(([, check]) => check.needs === needs)
    .map(([rule]) => rule)
    .sort();

describe("imgseal probe", () => {
  it("has a check for every assumption, and for nothing else", () => {
    const assumedRules = Object.entries(rules)
      .filter(([, { source: page }]) => page === "assumed")
      .map(([id]) => id);
    expect(Object.keys(checks).sort()).toEqual([...assumedRules, ...Object.keys(assumedBehaviors)].sort());
  });

  it("finds that all holds for our own emulator with the probe function", async () => {
    const base = await startDistribution({ probeFunction: await probeDistribution(true) });
    const { exitCode, out, err } = await probe(base, "--json");
    expect(err).toBe("");
    expect(rulesWith("held", out).sort()).toEqual(
      [...needing("signed URL"), ...needing("probe function")].sort(),
    );
    expect(rulesWith("not seen", out).sort()).toEqual(needing("nothing from outside"));
    expect(exitCode).toBe(0);
  });

  it("says what needs the probe function where there is none, as a table", async () => {
    const { exitCode, out } = await probe(await startDistribution({}));
    expect(exitCode).toBe(0);
    expect(out).toMatch(/^VERDICT +ASSUMPTION +SEEN\n/u);
    for (const rule of needing("probe function")) {
      expect(out).toMatch(new RegExp(`^needs the probe function +${rule} `, "mu"));
    }
    for (const rule of needing("signed URL")) expect(out).toMatch(new RegExp(`^held +${rule} `, "mu"));
    expect(out).toContain("the probe function is what `imgseal probe --function` prints");
  });

  it("finds what differs where no rule is kept", async () => {
    const base = await startDistribution({ probeFunction: await probeDistribution(false) });
    const { exitCode, out } = await probe(base, "--json");
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
          return viewer.queryString.includes("together") ? { ...answered, cacheOutcome: "Miss" } : answered;
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

  it("prints the probe function", async () => {
    const { exitCode, out } = await imgseal("probe", "--function");
    expect(exitCode).toBe(0);
    expect(out).toContain("export async function handler(event)");
  });
});

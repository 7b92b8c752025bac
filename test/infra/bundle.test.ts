import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Bundle, bundle } from "../../infra/bundle.ts";
import { viewerRequestEvent } from "../fixtures/events.ts";
import { table } from "../fixtures/presets.ts";
import { signedTarget } from "../fixtures/service.ts";
import { vectors, table as vectorTable } from "../vectors/signed-urls.ts";
import { edgeOptions, packageRoot } from "./edge-options.ts";

const run = promisify(execFile);

let folder: string;
let viewerRequest: Bundle;
let originResponse: Bundle;

const textOf = ({ contents }: Bundle) => new TextDecoder().decode(contents);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "imgseal-bundle-"));
  const options = edgeOptions(folder);
  viewerRequest = await bundle("viewer-request", options.viewerRequest, { packageRoot });
  originResponse = await bundle("origin-response", options.originResponse, { packageRoot });
});

afterAll(() => rm(folder, { recursive: true }));

describe("the viewer-request bundle", () => {
  it("holds the rooms that it needs and no dependency: no sharp, no AWS SDK, no YAML parser, no zod, no jose", () => {
    const strangers = viewerRequest.modules.filter(
      ({ path }) =>
        path !== "baked in" &&
        !/^src\/(?:errors|edge\/.*|urls\/.*|presets\/(?:table|variant))\.ts$/u.test(path),
    );
    expect(strangers).toEqual([]);
  });

  it("names none of them in its text", () => {
    for (const name of ["sharp", "@aws-sdk", "S3Client", "yaml", "zod", "createRequire"]) {
      expect(textOf(viewerRequest)).not.toContain(name);
    }
  });

  it("has less than 60 kB, and needs nothing beside it", () => {
    expect(viewerRequest.contents.length).toBeLessThan(60_000);
    expect(viewerRequest.external).toEqual([]);
  });

  it("rewrites AWS's documented event when a bare Node imports it from an empty directory", async () => {
    await writeFile(join(folder, "index.mjs"), viewerRequest.contents);
    const target = signedTarget({ preset: "thumb", source: "photos/cat.jpg" });
    const event = viewerRequestEvent(target);
    const script = `
      const { handler } = await import(${JSON.stringify(join(folder, "index.mjs"))});
      console.log(JSON.stringify(await handler(${JSON.stringify(event)})));`;
    const { stdout } = await run(process.execPath, ["--input-type=module", "-e", script], { cwd: folder });
    const [logLine = "", result = ""] = stdout.trim().split("\n");
    expect(JSON.parse(result)).toEqual({
      ...event.Records[0]?.cf.request,
      uri: "/photos/cat.jpg/thumb.3f9a1c20b4d7.webp",
      querystring: "",
    });
    expect(JSON.parse(logLine)).toMatchObject({
      handler: "viewer-request",
      outcome: "rewritten",
      kid: "demo-1",
    });
  });

  it("verifies Ed25519 and grants with public halves", async () => {
    const halves = vectors.ed25519.keys.keys.map((jwk) => ({ ...jwk, d: undefined }));
    const verifying = await bundle(
      "viewer-request",
      { table: vectorTable, keys: { keys: halves } },
      { packageRoot },
    );
    await writeFile(join(folder, "public.mjs"), verifying.contents);
    const [granted] = vectors.grants.valid.filter(({ kid }) => kid === "demo-ed-1");
    const targets = [
      vectors.ed25519.valid[1]?.target ?? "",
      granted?.opens[0] ?? "",
      granted?.refuses[0] ?? "",
    ];
    const script = `
      const { handler } = await import(${JSON.stringify(join(folder, "public.mjs"))});
      for (const event of ${JSON.stringify(targets.map((target) => viewerRequestEvent(target)))}) await handler(event);`;
    const { stdout } = await run(process.execPath, ["--input-type=module", "-e", script], { cwd: folder });
    const log = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(log.map(({ outcome, code }) => code ?? outcome)).toEqual([
      "rewritten",
      "rewritten",
      "GRANT_SCOPE",
    ]);
    expect(log.map(({ kid }) => kid)).toEqual(["demo-ed-1", "demo-ed-1", undefined]);
  });

  it("fails closed: without a usable key it does not even load", async () => {
    const keyless = await bundle("viewer-request", { table, keys: { keys: [] } }, { packageRoot });
    await writeFile(join(folder, "keyless.mjs"), keyless.contents);
    const load = run(process.execPath, [join(folder, "keyless.mjs")]);
    await expect(load).rejects.toThrow("with at least one key");
  });
});

describe("the origin-response bundle", () => {
  it("holds no YAML parser, no zod and no key", () => {
    const strangers = originResponse.modules.filter(({ path }) =>
      /node_modules\/(?:yaml|zod|jose)\//u.test(path),
    );
    expect(strangers).toEqual([]);
    for (const { k } of vectors.keys.keys) expect(textOf(originResponse)).not.toContain(k);
  });

  it("leaves sharp beside it, and says so", () => {
    expect(originResponse.modules.filter(({ path }) => path.includes("node_modules/sharp"))).toEqual([]);
    expect(originResponse.external).toEqual(["sharp"]);
  });
});

describe("a bundle's modules", () => {
  it.each(["viewer-request", "origin-response"] as const)(
    "add up to %s but for what joins them, largest first",
    (name) => {
      const { modules, contents } = name === "viewer-request" ? viewerRequest : originResponse;
      const sizes = modules.map(({ bytes }) => bytes);
      const sum = sizes.reduce((total, bytes) => total + bytes, 0);
      expect(sum).toBeLessThanOrEqual(contents.length);
      expect(sum).toBeGreaterThan(contents.length * 0.9);
      expect(sizes).toEqual(sizes.toSorted((a, b) => b - a));
      expect(modules.map(({ path }) => path)).toContain("baked in");
    },
  );
});

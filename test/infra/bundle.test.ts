import { execFile } from "node:child_process";
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Bundle, bundleEdge, requireWithinQuota } from "../../infra/bundle.ts";
import { viewerRequestEvent } from "../fixtures/events.ts";
import { makeTable, table, thumb } from "../fixtures/presets.ts";
import { signedTarget } from "../fixtures/service.ts";
import { vectors, table as vectorTable } from "../vectors/signed-urls.ts";

const packageRoot = fileURLToPath(new URL("../..", import.meta.url));
const run = promisify(execFile);

let outDir: string;
let viewerRequest: Bundle | undefined;
let originResponse: Bundle | undefined;

function options(derivativesBucket = "derivatives") {
  return {
    packageRoot,
    outDir,
    viewerRequest: { table, keys: vectors.keys },
    originResponse: {
      table,
      sources: { bucket: "sources", region: "eu-central-1" },
      derivatives: { bucket: derivativesBucket, region: "eu-central-1" },
    },
  };
}

async function modeOf(path: string): Promise<number> {
  return (await stat(join(outDir, path))).mode & 0o777;
}

beforeAll(async () => {
  outDir = await mkdtemp(join(tmpdir(), "imgseal-bundle-"));
  [viewerRequest, originResponse] = await bundleEdge(options());
});

afterAll(() => rm(outDir, { recursive: true }));

describe("the viewer-request bundle", () => {
  it("holds the rooms that it needs and no dependency: no sharp, no AWS SDK, no YAML parser, no zod", () => {
    const strangers = (viewerRequest?.modules ?? []).filter(
      (module) => !/^src\/(?:errors|edge\/.*|urls\/.*|presets\/(?:table|variant))\.ts$/u.test(module),
    );
    expect(strangers).toEqual([]);
  });

  it("names none of them in its text", async () => {
    const text = await readFile(join(outDir, "viewer-request/index.mjs"), "utf8");
    for (const name of ["sharp", "@aws-sdk", "S3Client", "yaml", "zod"]) expect(text).not.toContain(name);
  });

  it("has less than 60 kB", () => {
    expect(viewerRequest?.bytes).toBeLessThan(60_000);
  });

  it("rewrites AWS's documented event when a bare Node imports it from an empty directory", async () => {
    const target = signedTarget({ preset: "thumb", source: "photos/cat.jpg" });
    const event = viewerRequestEvent(target);
    const script = `
      const { handler } = await import(${JSON.stringify(join(outDir, "viewer-request/index.mjs"))});
      console.log(JSON.stringify(await handler(${JSON.stringify(event)})));`;
    const { stdout } = await run(process.execPath, ["--input-type=module", "-e", script], { cwd: outDir });
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

  it("lies in a folder for its owner alone, since it holds the keys, and can be read by Lambda", async () => {
    expect(await modeOf("viewer-request")).toBe(0o700);
    expect((await modeOf("viewer-request/index.mjs")) & 0o444).toBe(0o444);
    expect(await readdir(join(outDir, "viewer-request"))).toEqual(["index.mjs"]);
  });

  it("closes a folder and replaces a file that were open to all", async () => {
    const folder = join(outDir, "open/viewer-request");
    const file = join(folder, "index.mjs");
    await mkdir(folder, { recursive: true });
    await chmod(folder, 0o755);
    await writeFile(file, "old");
    const { ino } = await stat(file);
    await bundleEdge({ ...options(), outDir: join(outDir, "open") });
    expect(await modeOf("open/viewer-request")).toBe(0o700);
    // Whoever has the old file open reads the old one on.
    expect((await stat(file)).ino).not.toBe(ino);
    expect(await readdir(folder)).toEqual(["index.mjs"]);
  });

  it("leaves nothing behind where it cannot be put in place", async () => {
    const folder = join(outDir, "taken/viewer-request");
    await mkdir(join(folder, "index.mjs/in-the-way"), { recursive: true });
    await expect(bundleEdge({ ...options(), outDir: join(outDir, "taken") })).rejects.toThrow(/rename/);
    expect(await readdir(folder)).toEqual(["index.mjs"]);
  });

  it("needs nothing beside it", () => {
    expect(viewerRequest?.external).toEqual([]);
  });

  it("refuses a private key where the public half is enough", async () => {
    const [first, second] = vectors.ed25519.keys.keys;
    const bundling = bundleEdge({
      ...options(),
      outDir: join(outDir, "private"),
      viewerRequest: { table, keys: { keys: [{ ...first, d: undefined }, second] } },
    });
    await expect(bundling).rejects.toThrow(
      new TypeError(
        'keys[1].d: expected public keys only, received a private one; the edge needs what "imgseal keygen --public" prints',
      ),
    );
    await expect(readdir(join(outDir, "private"))).rejects.toThrow("ENOENT");
  });

  it("verifies Ed25519 and grants with public halves", async () => {
    const folder = join(outDir, "public");
    const halves = vectors.ed25519.keys.keys.map((jwk) => ({ ...jwk, d: undefined }));
    await bundleEdge({
      ...options(),
      outDir: folder,
      viewerRequest: { table: vectorTable, keys: { keys: halves } },
    });
    const [granted] = vectors.grants.valid.filter(({ kid }) => kid === "demo-ed-1");
    const targets = [
      vectors.ed25519.valid[1]?.target ?? "",
      granted?.opens[0] ?? "",
      granted?.refuses[0] ?? "",
    ];
    const script = `
      const { handler } = await import(${JSON.stringify(join(folder, "viewer-request/index.mjs"))});
      for (const event of ${JSON.stringify(targets.map((target) => viewerRequestEvent(target)))}) await handler(event);`;
    const { stdout } = await run(process.execPath, ["--input-type=module", "-e", script], { cwd: outDir });
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
    const keyless = join(outDir, "keyless");
    await bundleEdge({ ...options(), outDir: keyless, viewerRequest: { table, keys: { keys: [] } } });
    const load = run(process.execPath, [join(keyless, "viewer-request/index.mjs")]);
    await expect(load).rejects.toThrow("with at least one key");
  });
});

describe("the origin-response bundle", () => {
  it("holds no YAML parser, no zod and no key", async () => {
    expect(
      originResponse?.modules.filter((module) => /node_modules\/(?:yaml|zod|jose)\//u.test(module)),
    ).toEqual([]);
    const text = await readFile(join(outDir, "origin-response/index.mjs"), "utf8");
    for (const { k } of vectors.keys.keys) expect(text).not.toContain(k);
  });

  it("leaves sharp beside it, and says so", async () => {
    expect(originResponse?.modules.filter((module) => module.includes("node_modules/sharp"))).toEqual([]);
    expect(originResponse?.external).toEqual(["sharp"]);
    expect(originResponse?.bytes).toBe((await stat(join(outDir, "origin-response/index.mjs"))).size);
  });

  it("has the usual modes, as the folder of both has", async () => {
    const umask = process.umask();
    expect(await modeOf("origin-response")).toBe(0o777 & ~umask);
    expect(await modeOf("origin-response/index.mjs")).toBe(0o666 & ~umask);
    expect(await modeOf("open")).toBe(0o777 & ~umask);
  });
});

describe("bundleEdge", () => {
  it("refuses one bucket for sources and derivatives", async () => {
    await expect(bundleEdge(options("sources"))).rejects.toThrow(
      new TypeError(
        'expected sources and derivatives to be in two buckets, received "sources" for both: ' +
          "whoever may upload sources could then upload derivatives",
      ),
    );
  });

  it("says which bundle is over its quota, and by how much", async () => {
    const padded = makeTable([{ ...thumb, description: "x".repeat(1_000_000) }]);
    const large = await bundleEdge({
      ...options(),
      outDir: join(outDir, "large"),
      viewerRequest: { table: padded, keys: vectors.keys },
    });
    expect(() => requireWithinQuota(large)).toThrow(
      /^expected viewer-request to have at most 1000000 bytes, received 10\d{5}$/,
    );
  });
});

import { createHash } from "node:crypto";
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { unzipSync } from "fflate";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildEdge, type EdgeBuild } from "../../infra/edge.ts";
import { makeTable, table, thumb } from "../fixtures/presets.ts";
import { vectors } from "../vectors/signed-urls.ts";
import { edgeOptions, moduleIn } from "./edge-options.ts";

const files = ["manifest.json", "origin-response.zip", "preset-table.json", "viewer-request.zip"];
const zips = ["viewer-request", "origin-response"] as const;

let folder: string;
let outDir: string;
let built: EdgeBuild;

const modeOf = async (path: string) => (await stat(path)).mode & 0o777;
const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "imgseal-edge-"));
  outDir = join(folder, "dist/edge");
  // What an earlier build left open to all.
  await mkdir(outDir, { recursive: true });
  await writeFile(join(outDir, "viewer-request.zip"), "old");
  await chmod(join(outDir, "viewer-request.zip"), 0o666);
  built = await buildEdge(edgeOptions(outDir));
});

afterAll(() => rm(folder, { recursive: true }));

describe("buildEdge", () => {
  it("writes two zips, the preset table and the manifest, and leaves nothing else", async () => {
    expect((await readdir(outDir)).toSorted()).toEqual(files);
  });

  it("gives the same bytes for the same input, elsewhere and at another time", async () => {
    const again = join(folder, "again");
    await buildEdge(edgeOptions(again));
    for (const name of files) {
      expect(sha256(await readFile(join(again, name)))).toBe(sha256(await readFile(join(outDir, name))));
    }
  });

  it("closes the zip with the keys to all but its owner, however open it was", async () => {
    expect(await modeOf(join(outDir, "viewer-request.zip"))).toBe(0o600);
    expect(await modeOf(join(outDir, "origin-response.zip"))).toBe(0o666 & ~process.umask());
  });

  it("keeps viewer-request under 100 kB zipped", () => {
    expect(built.manifest.functions["viewer-request"].zipBytes).toBeLessThan(100_000);
  });

  it("lays sharp for linux-x64 with glibc beside origin-response, and for nothing else", async () => {
    const names = Object.keys(unzipSync(await readFile(join(outDir, "origin-response.zip"))));
    const native = names.filter((name) => /\.(?:node|so[.\d]*|dylib|dll|wasm)$/u.test(name));
    expect(native.map((name) => name.replaceAll(/-\d[\d.]*(?=\.node)|(?<=\.so)[\d.]+/gu, ""))).toEqual([
      "node_modules/@img/sharp-libvips-linux-x64/lib/libvips-cpp.so",
      "node_modules/@img/sharp-linux-x64/lib/sharp-linux-x64.node",
    ]);
    expect(names).toContain("node_modules/sharp/LICENSE");
    expect(names.filter((name) => /\.(?:cc|h|d\.[cm]?ts)$/u.test(name))).toEqual([]);
  });

  it("puts nothing but the module into viewer-request", async () => {
    expect(Object.keys(unzipSync(await readFile(join(outDir, "viewer-request.zip"))))).toEqual(["index.mjs"]);
  });

  it("refuses one bucket for sources and derivatives", async () => {
    const bucket = { bucket: "one", region: "us-east-1" };
    const options = edgeOptions(folder, {
      originResponse: { table, sources: bucket, derivatives: { ...bucket } },
    });
    await expect(buildEdge(options)).rejects.toThrow(
      new TypeError(
        'expected sources and derivatives to be in two buckets, received "one" for both: ' +
          "whoever may upload sources could then upload derivatives",
      ),
    );
  });

  it("refuses a private key where the public half is enough, and writes nothing", async () => {
    const [first, second] = vectors.ed25519.keys.keys;
    const options = edgeOptions(join(folder, "private"), {
      viewerRequest: { table, keys: { keys: [{ ...first, d: undefined }, second] } },
    });
    await expect(buildEdge(options)).rejects.toThrow(
      new TypeError(
        'keys[1].d: expected public keys only, received a private one; the edge needs what "imgseal keygen --public" prints',
      ),
    );
    expect(await readdir(folder)).not.toContain("private");
  });

  it("names the quota that is exceeded and what is too large, and writes nothing", async () => {
    // What does not repeat does not compress.
    const description = Array.from({ length: 30_000 }, (_, index) =>
      sha256(Buffer.from(String(index))),
    ).join();
    const padded = makeTable([{ ...thumb, description }]);
    const options = edgeOptions(join(folder, "large"), {
      viewerRequest: { table: padded, keys: vectors.keys },
    });
    await expect(buildEdge(options)).rejects.toMatchObject({
      name: "BuildError",
      message: expect.stringMatching(
        /^expected viewer-request\.zip to have at most 1,000,000 bytes, received [\d,]{7,}; its largest parts, unzipped: baked in \(1,95\d,\d{3}\), src\//u,
      ),
    });
    expect(await readdir(folder)).not.toContain("large");
  });

  it("leaves nothing behind where a file cannot be put in place", async () => {
    const taken = join(folder, "taken");
    await mkdir(join(taken, "viewer-request.zip/in-the-way"), { recursive: true });
    await expect(buildEdge(edgeOptions(taken))).rejects.toThrow(/rename/);
    expect(await readdir(taken)).toEqual(["viewer-request.zip"]);
  });
});

describe("the manifest", () => {
  it("tells digests and sizes as they are on the disk, beside the quotas", async () => {
    for (const name of zips) {
      const archive = await readFile(join(outDir, `${name}.zip`));
      const unzipped = Object.values(unzipSync(archive)).reduce((bytes, { length }) => bytes + length, 0);
      expect(built.manifest.functions[name]).toEqual({
        zip: `${name}.zip`,
        handler: "index.handler",
        sha256: sha256(archive),
        codeSha256: createHash("sha256").update(archive).digest("base64"),
        zipBytes: archive.length,
        zipQuotaBytes: name === "viewer-request" ? 1_000_000 : 50_000_000,
        unzippedBytes: unzipped,
        unzippedQuotaBytes: 250_000_000,
        packages: name === "viewer-request" ? {} : { sharp: expect.stringMatching(/^0\.\d+\.\d+$/u) },
      });
    }
  });

  it("tells what was built in: the table's hash, the buckets, the key ids, the runtimes", async () => {
    const text = await readFile(join(outDir, "manifest.json"), "utf8");
    expect(JSON.parse(text)).toEqual(built.manifest);
    expect(built.manifest).toMatchObject({
      imgseal: "1.2.3",
      runtimes: ["nodejs22.x", "nodejs24.x"],
      nodeTarget: "node22",
      presetTable: { sha256: sha256(await readFile(join(outDir, "preset-table.json"))) },
      buckets: {
        sources: { bucket: "sources", region: "us-east-1" },
        derivatives: { bucket: "derivatives", region: "us-east-1" },
      },
      keyIds: vectors.keys.keys.map(({ kid }) => kid),
      isSharpLocked: true,
    });
    expect(JSON.parse(await readFile(join(outDir, "preset-table.json"), "utf8"))).toEqual(table);
  });

  it("holds no key, and neither does origin-response", async () => {
    const manifest = await readFile(join(outDir, "manifest.json"), "utf8");
    const module = moduleIn(await readFile(join(outDir, "origin-response.zip")));
    for (const { k } of vectors.keys.keys) {
      expect(manifest).not.toContain(k);
      expect(module).not.toContain(k);
      expect(moduleIn(await readFile(join(outDir, "viewer-request.zip")))).toContain(k);
    }
  });
});

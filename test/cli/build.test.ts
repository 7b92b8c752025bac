import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { newKey, newKeyPair } from "../../src/cli/new-key.ts";
import { packageVersion } from "../../src/cli/package-root.ts";
import { publicJwks } from "../../src/urls/edge-keys.ts";
import { moduleIn } from "../infra/edge-options.ts";
import { imgseal, temporaryFolder } from "./terminal.ts";

const buckets = {
  "--source-bucket": "shop-originals",
  "--source-region": "eu-central-1",
  "--derivatives-bucket": "shop-derivatives",
  "--derivatives-region": "us-east-1",
};

function setUp(changes: Readonly<Record<string, string>> = {}) {
  const folder = temporaryFolder();
  const file = (name: string) => join(folder, name);
  writeFileSync(file("presets.yaml"), "version: 1\npresets:\n  thumb: { width: 200 }\n");
  writeFileSync(file("test.keys.json"), JSON.stringify({ keys: [newKey("a")] }), { mode: 0o600 });
  const options = {
    "--presets": file("presets.yaml"),
    "--keys": file("test.keys.json"),
    "--out": file("out"),
    ...buckets,
    ...changes,
  };
  const args = Object.entries(options).flat();
  return {
    file,
    build: (...more: string[]) => imgseal("build", ...args, ...more),
    moduleOf: (name: "viewer-request" | "origin-response") => moduleIn(readFileSync(file(`out/${name}.zip`))),
  };
}

describe("build", () => {
  test("writes both zips, the preset table and the manifest, and holds their sizes against the quotas", async () => {
    const { file, build, moduleOf } = setUp();
    const { exitCode, out, err } = await build();
    expect({ exitCode, err }).toEqual({ exitCode: 0, err: "" });
    for (const [name, quota] of [
      ["viewer-request", "1,000,000"],
      ["origin-response", "50,000,000"],
    ] as const) {
      const zip = file(`out/${name}.zip`);
      const bytes = statSync(zip).size.toLocaleString("en-US");
      expect(out).toMatch(new RegExp(`^${zip} +${bytes} bytes +of ${quota}, unzipped [\\d,]+$`, "m"));
      expect(moduleOf(name)).toMatch(/export\{\w+ as handler\}/);
    }
    const table = JSON.parse(readFileSync(file("out/preset-table.json"), "utf8"));
    expect(table.presets.thumb).toMatchObject({
      name: "thumb",
      width: 200,
      revision: expect.stringMatching(/^[0-9a-f]{12}$/),
    });
    expect(JSON.parse(readFileSync(file("out/manifest.json"), "utf8"))).toMatchObject({
      imgseal: packageVersion(),
      keyIds: ["a"],
    });
    for (const value of Object.values(buckets)) expect(moduleOf("origin-response")).toContain(value);
  });

  test("keeps the keys out of the function that does not verify, and out of all that it prints", async () => {
    const { file, build, moduleOf } = setUp();
    const { out, err } = await build("--report", "--json");
    const { k } = JSON.parse(readFileSync(file("test.keys.json"), "utf8")).keys[0];
    expect(moduleOf("viewer-request")).toContain(k);
    expect(moduleOf("origin-response")).not.toContain(k);
    expect(out + err).not.toContain(k);
  });

  test("bakes the public half alone of an Ed25519 key, and the secret of one that has no other", async () => {
    const { file, build, moduleOf } = setUp();
    const [pair, secret] = [newKeyPair("pair"), newKey("secret")];
    writeFileSync(file("test.keys.json"), JSON.stringify({ keys: [pair, secret] }));
    expect((await build()).exitCode).toBe(0);
    const bundle = moduleOf("viewer-request");
    expect(bundle).toContain(pair.x);
    expect(bundle).toContain(secret.k);
    expect(bundle).not.toContain(pair.d);
    writeFileSync(file("test.keys.json"), JSON.stringify({ keys: publicJwks([pair]) }));
    expect((await build()).exitCode).toBe(0);
    expect(moduleOf("viewer-request")).not.toContain(secret.k);
  });

  test("bakes in the presets of the deployment before, also when it replaces their file", async () => {
    const { file, build, moduleOf } = setUp();
    await build();
    const before = JSON.parse(readFileSync(file("out/preset-table.json"), "utf8")).presets.thumb.revision;
    writeFileSync(file("presets.yaml"), "version: 1\npresets:\n  thumb: { width: 300 }\n");
    expect((await build("--previous", file("out/preset-table.json"))).exitCode).toBe(0);
    const now = JSON.parse(readFileSync(file("out/preset-table.json"), "utf8")).presets.thumb.revision;
    expect(now).not.toBe(before);
    expect(moduleOf("origin-response")).toContain(before);
    expect(moduleOf("origin-response")).toContain(now);
  });

  test("prints the manifest for a program, and with --report the parts of each zip", async () => {
    const { file, build } = setUp();
    const { parts, ...manifest } = JSON.parse((await build("--json", "--report")).out);
    expect(manifest).toEqual(JSON.parse(readFileSync(file("out/manifest.json"), "utf8")));
    expect(parts["viewer-request"]).toContainEqual({ path: "baked in", bytes: expect.any(Number) });
    expect(parts["origin-response"]).toContainEqual({
      path: "node_modules/sharp/package.json",
      bytes: expect.any(Number),
    });
  });

  test("lists with --report what is in each zip", async () => {
    const { out } = await setUp().build("--report");
    expect(out).toMatch(/^viewer-request\.zip, in bytes before zipping:\n +[\d,]+ {2}(?:src|baked in)/mu);
    expect(out).toMatch(
      /^ *18,\d{3},\d{3} {2}node_modules\/@img\/sharp-libvips-linux-x64\/lib\/libvips-cpp/mu,
    );
  });

  test("takes the endpoint of an S3-compatible server, and refuses what is none", async () => {
    const { file, build, moduleOf } = setUp();
    expect((await build("--s3-endpoint", "http://127.0.0.1:9000")).exitCode).toBe(0);
    expect(moduleOf("origin-response")).toContain("http://127.0.0.1:9000");
    const { buckets } = JSON.parse(readFileSync(file("out/manifest.json"), "utf8"));
    expect(buckets.sources.endpoint).toBe("http://127.0.0.1:9000");
    const { exitCode, err } = await build("--s3-endpoint", "127.0.0.1:9000");
    expect({ exitCode, err }).toEqual({
      exitCode: 2,
      err: 'imgseal: --s3-endpoint: expected an http or https URL, received "127.0.0.1:9000"\n',
    });
  });

  test("refuses one bucket for both, and says why", async () => {
    const { exitCode, out, err } = await setUp({ "--derivatives-bucket": "shop-originals" }).build();
    expect({ exitCode, out }).toEqual({ exitCode: 2, out: "" });
    expect(err).toBe(
      'imgseal: expected sources and derivatives to be in two buckets, received "shop-originals" for both: ' +
        "whoever may upload sources could then upload derivatives\n",
    );
  });

  test("names all flags that are missing or empty at once", async () => {
    const { exitCode, err } = await setUp({ "--source-region": "", "--derivatives-bucket": "" }).build();
    expect(exitCode).toBe(2);
    expect(err).toBe("imgseal: missing --source-region, --derivatives-bucket (see: imgseal build --help)\n");
  });

  test("refuses a previous table that is none", async () => {
    const { file, build } = setUp();
    const contents = [
      "{",
      "[]",
      "{}",
      '{"presets":{}}',
      JSON.stringify({ signing: {}, limits: {}, cors: {}, presets: { a: {} } }),
    ];
    for (const text of contents) {
      writeFileSync(file("previous.json"), text);
      const { exitCode, err } = await build("--previous", file("previous.json"));
      expect(exitCode).toBe(1);
      expect(err).toBe(
        `imgseal: ${file("previous.json")} is not a preset table; --previous takes the preset-table.json of an earlier build\n`,
      );
    }
    const missing = await build("--previous", file("none.json"));
    expect(missing.err).toBe(`imgseal: there is no preset table at ${file("none.json")}\n`);
  });

  test("needs keys: without them nothing is built", async () => {
    const { file, build } = setUp();
    writeFileSync(file("test.keys.json"), '{"keys":[]}');
    const { exitCode, err } = await build();
    expect(exitCode).toBe(1);
    expect(err).toContain('keys: expected a JWK Set, { "keys": [...] }, with at least one key');
    expect(() => statSync(file("out"))).toThrow("ENOENT");
  });
});

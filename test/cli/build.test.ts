import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { newKey, newKeyPair } from "../../src/cli/new-key.ts";
import { publicJwks } from "../../src/urls/edge-keys.ts";
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
  return { file, build: (...more: string[]) => imgseal("build", ...args, ...more) };
}

describe("build", () => {
  test("writes both functions and the preset table, and holds their sizes against the quotas", async () => {
    const { file, build } = setUp();
    const { exitCode, out, err } = await build();
    expect({ exitCode, err }).toEqual({ exitCode: 0, err: "" });
    for (const [name, quota] of [
      ["viewer-request", "1,000,000"],
      ["origin-response", "50,000,000, without sharp: lay it beside"],
    ]) {
      const bundle = file(`out/${name}/index.mjs`);
      const bytes = statSync(bundle).size.toLocaleString("en-US");
      expect(out).toMatch(new RegExp(`^${bundle} +${bytes} bytes +of ${quota}$`, "m"));
      expect(readFileSync(bundle, "utf8")).toMatch(/export\{\w+ as handler\}/);
    }
    const table = JSON.parse(readFileSync(file("out/preset-table.json"), "utf8"));
    expect(table.presets.thumb).toMatchObject({
      name: "thumb",
      width: 200,
      revision: expect.stringMatching(/^[0-9a-f]{12}$/),
    });
    const originResponse = readFileSync(file("out/origin-response/index.mjs"), "utf8");
    for (const value of Object.values(buckets)) expect(originResponse).toContain(value);
  });

  test("keeps the keys out of the function that does not verify", async () => {
    const { file, build } = setUp();
    await build();
    const { k } = JSON.parse(readFileSync(file("test.keys.json"), "utf8")).keys[0];
    expect(readFileSync(file("out/viewer-request/index.mjs"), "utf8")).toContain(k);
    expect(readFileSync(file("out/origin-response/index.mjs"), "utf8")).not.toContain(k);
  });

  test("bakes the public half alone of an Ed25519 key, and the secret of one that has no other", async () => {
    const { file, build } = setUp();
    const [pair, secret] = [newKeyPair("pair"), newKey("secret")];
    writeFileSync(file("test.keys.json"), JSON.stringify({ keys: [pair, secret] }));
    expect((await build()).exitCode).toBe(0);
    const bundle = readFileSync(file("out/viewer-request/index.mjs"), "utf8");
    expect(bundle).toContain(pair.x);
    expect(bundle).toContain(secret.k);
    expect(bundle).not.toContain(pair.d);
    writeFileSync(file("test.keys.json"), JSON.stringify({ keys: publicJwks([pair]) }));
    expect((await build()).exitCode).toBe(0);
    expect(readFileSync(file("out/viewer-request/index.mjs"), "utf8")).not.toContain(secret.k);
  });

  test("bakes in the presets of the deployment before, also when it replaces their file", async () => {
    const { file, build } = setUp();
    await build();
    const before = JSON.parse(readFileSync(file("out/preset-table.json"), "utf8")).presets.thumb.revision;
    writeFileSync(file("presets.yaml"), "version: 1\npresets:\n  thumb: { width: 300 }\n");
    expect((await build("--previous", file("out/preset-table.json"))).exitCode).toBe(0);
    const now = JSON.parse(readFileSync(file("out/preset-table.json"), "utf8")).presets.thumb.revision;
    expect(now).not.toBe(before);
    const originResponse = readFileSync(file("out/origin-response/index.mjs"), "utf8");
    expect(originResponse).toContain(before);
    expect(originResponse).toContain(now);
  });

  test("prints JSON for a program", async () => {
    const { file, build } = setUp();
    expect(JSON.parse((await build("--json")).out)).toEqual([
      {
        name: "viewer-request",
        file: file("out/viewer-request/index.mjs"),
        bytes: expect.any(Number),
        external: [],
        quotaBytes: 1_000_000,
      },
      {
        name: "origin-response",
        file: file("out/origin-response/index.mjs"),
        bytes: expect.any(Number),
        external: ["sharp"],
        quotaBytes: 50_000_000,
      },
    ]);
  });

  test("takes the endpoint of an S3-compatible server, and refuses what is none", async () => {
    const { file, build } = setUp();
    expect((await build("--s3-endpoint", "http://127.0.0.1:9000")).exitCode).toBe(0);
    expect(readFileSync(file("out/origin-response/index.mjs"), "utf8")).toContain("http://127.0.0.1:9000");
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

import { type ChildProcess, spawn } from "node:child_process";
import { copyFileSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { createSigner } from "../../sdk/index.ts";
import { vectors } from "../vectors/signed-urls.ts";
import { compiledCommand, environment, root, runProcess } from "./binary.ts";
import { imgseal, temporaryFolder } from "./terminal.ts";

const command = compiledCommand();

/** A folder with presets, and the names of what is written there. */
function project() {
  const folder = temporaryFolder();
  const presets = join(folder, "presets.yaml");
  copyFileSync(join(root, "presets.yaml"), presets);
  return { folder, presets, out: join(folder, "presets.ts"), json: join(folder, "presets.json") };
}

const read = (file: string) => readFileSync(file, "utf8");
const edit = (file: string, from: string, to: string) => writeFileSync(file, read(file).replace(from, to));

test("writes the same presets as a const and as a manifest, which signers take", async () => {
  const { presets, out, json } = project();
  const { exitCode, out: said } = await imgseal("types", "--presets", presets, "--out", out, "--json", json);
  expect({ exitCode, said }).toEqual({ exitCode: 0, said: `wrote ${out}\nwrote ${json}\n` });
  const manifest = JSON.parse(read(json));
  const module: { presets: unknown } = await import(out);
  expect(module.presets).toEqual(manifest);
  expect(Object.keys(manifest.presets)).toEqual([
    ...["thumb", "card", "banner", "article", "avatar", "og", "lqip", "zoom", "logo", "full"],
  ]);
  expect(manifest.presets.banner).toEqual({
    revision: expect.stringMatching(/^[0-9a-f]{12}$/),
    aspectRatio: 3.2,
    widths: [640, 960, 1280, 1920],
    formats: ["avif", "webp", "jpeg"],
    fit: "cover",
    withoutEnlargement: true,
    sources: [],
  });
  const signer = createSigner({ baseUrl: "https://img.example.com", keys: vectors.keys, presets: manifest });
  expect(await signer.url("banner", "cat.jpg")).toContain(
    `rev=${manifest.presets.banner.revision.slice(0, 6)}`,
  );
});

test("keeps what describes a preset within its comment, and quotes a name that needs it", async () => {
  const { presets, out } = project();
  edit(presets, "  thumb:\n    description: Lists,", "  a-b:\n    description: Ends */ here,");
  expect((await imgseal("types", "--presets", presets, "--out", out)).exitCode).toBe(0);
  expect(read(out)).toContain('    /** Ends *\\/ here, search results and the basket */\n    "a-b": {\n');
  const module: { presets: { presets: object } } = await import(out);
  expect(Object.keys(module.presets.presets)[0]).toBe("a-b");
});

test("makes the folder that a file goes to", async () => {
  const { folder, presets } = project();
  const out = join(folder, "shared/made/presets.ts");
  expect(await imgseal("types", "--presets", presets, "--out", out)).toMatchObject({
    exitCode: 0,
    out: `wrote ${out}\n`,
  });
  expect(read(out)).toContain("export const presets");
});

describe("--check", () => {
  test("passes what is as it would be written", async () => {
    const { presets, out, json } = project();
    const args = ["types", "--presets", presets, "--out", out, "--json", json];
    await imgseal(...args);
    expect(await imgseal(...args, "--check")).toEqual({
      exitCode: 0,
      out: `${out} is up to date\n${json} is up to date\n`,
      err: "",
    });
  });

  test("fails when a preset has changed since, and writes nothing", async () => {
    const { presets, out } = project();
    const args = ["types", "--presets", presets, "--out", out];
    await imgseal(...args);
    const before = read(out);
    edit(presets, "width: 200", "width: 240");
    expect(await imgseal(...args, "--check")).toEqual({
      exitCode: 1,
      out: "",
      err: `imgseal: ${out} is stale: it is not what ${presets} comes to; write with "imgseal types --presets ${presets} --out ${out}"\n`,
    });
    expect(read(out)).toBe(before);
  });

  test("tells a missing file from a stale one, and looks at all of them", async () => {
    const { presets, out, json } = project();
    await imgseal("types", "--presets", presets, "--out", out);
    edit(presets, "width: 200", "width: 240");
    const args = ["types", "--presets", presets, "--out", out, "--json", json, "--check"];
    const { exitCode, err } = await imgseal(...args);
    expect({ exitCode, err }).toEqual({
      exitCode: 1,
      err: `imgseal: ${out} is stale: it is not what ${presets} comes to, and ${json} is missing: it is to be what ${presets} comes to; write with "imgseal types --presets ${presets} --out ${out} --json ${json}"\n`,
    });
  });
});

test.each([
  [["types"], "imgseal: types needs --out FILE.ts or --json FILE\n"],
  [["types", "--out", "a.ts", "--check", "--watch"], "imgseal: --check and --watch exclude each other\n"],
])("refuses the command line %j", async (args, err) => {
  expect(await imgseal(...args)).toEqual({ exitCode: 2, out: "", err });
});

test("leaves a file alone that is as it should be", async () => {
  const { presets, out } = project();
  const args = ["types", "--presets", presets, "--out", out];
  await imgseal(...args);
  const { mtimeNs } = statSync(out, { bigint: true });
  expect((await imgseal(...args)).out).toBe(`${out} is up to date\n`);
  expect(statSync(out, { bigint: true }).mtimeNs).toBe(mtimeNs);
});

test("says so where a file is in the place of the folder", () => {
  const { folder } = project();
  const out = join("presets.yaml", "presets.ts");
  expect(runProcess(command.main, ["types", "--out", out], { cwd: folder })).toEqual({
    exitCode: 1,
    out: "",
    err: "imgseal: presets.yaml: there is a file of that name\n",
  });
});

describe("--watch", () => {
  function watching(cwd: string): { child: ChildProcess; said: () => string } {
    const args = [command.main, "types", "--out", "presets.ts", "--watch"];
    const child = spawn(process.execPath, args, { cwd, env: environment() });
    onTestFinished(() => {
      child.kill("SIGKILL");
    });
    let said = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (data) => {
        said += data;
      });
    }
    return { child, said: () => said };
  }

  const within = { timeout: 20_000, interval: 50 };

  test("writes again after each change, also of a file that was put in its place", async () => {
    const { folder, presets, out } = project();
    const { child, said } = watching(folder);
    await expect.poll(said, within).toContain("watching presets.yaml");
    edit(presets, "width: 200", "width: 240");
    await expect.poll(() => read(out), within).toContain("width: 240,");
    const text = read(presets).replace("width: 240", "width: 280");
    rmSync(presets);
    writeFileSync(presets, text);
    await expect.poll(() => read(out), within).toContain("width: 280,");
    expect(child.exitCode).toBeNull();
  });

  test("reports a mistake, keeps what is written, and goes on", async () => {
    const { folder, presets, out } = project();
    const { said } = watching(folder);
    await expect.poll(said, within).toContain("watching presets.yaml");
    const before = read(out);
    edit(presets, "width: 200", "width: wide");
    await expect.poll(said, within).toContain('received "wide"');
    expect(read(out)).toBe(before);
    edit(presets, "width: wide", "width: 300");
    await expect.poll(() => read(out), within).toContain("width: 300,");
  });
});

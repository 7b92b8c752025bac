import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { compilePresets } from "../../src/presets/compile.ts";
import { parsePresets } from "../../src/presets/parse.ts";
import { lookup } from "../../src/presets/table.ts";
import { authorise } from "../../src/urls/authorise.ts";
import { formatCanonicalPath } from "../../src/urls/canonical-path.ts";
import { select } from "../../src/urls/select.ts";
import { keys, parseTarget, vectors } from "../vectors/signed-urls.ts";
import { codeBlocks, readDocument, root } from "./markdown.ts";
import { outputOf } from "./transcript.ts";

const readme = readDocument("README.md");
const presetsYaml = readDocument("presets.yaml");
const table = compilePresets(parsePresets(presetsYaml, "presets.yaml"));
const run = promisify(execFile);

describe("the README's SDK example", () => {
  let directory: string;
  let printed: string;

  // As its reader does it: the key file and `imgseal presets --json` beside it, bundled, run by a bare Node.
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "imgseal-readme-"));
    const [example = ""] = codeBlocks(readme, "js");
    const file = fileURLToPath(new URL("presets.yaml", root));
    await writeFile(join(directory, "imgseal.keys.json"), JSON.stringify(vectors.keys));
    await writeFile(
      join(directory, "presets.json"),
      await outputOf(["presets", "--json", "--presets", file]),
    );
    const bundle = join(directory, "page.mjs");
    await build({
      stdin: { contents: example, resolveDir: fileURLToPath(root) },
      outfile: bundle,
      // The SDK as it stands, and not as it was compiled last.
      alias: { "@imgseal/sdk": fileURLToPath(new URL("sdk/index.ts", root)) },
      bundle: true,
      platform: "node",
      format: "esm",
    });
    printed = (await run(process.execPath, [bundle], { cwd: directory })).stdout.trim();
  });

  afterAll(() => rm(directory, { recursive: true }));

  it("is the only one, so that all that is shown is run", () => {
    expect(codeBlocks(readme, "js")).toHaveLength(1);
    expect(codeBlocks(readme, "ts")).toHaveLength(0);
  });

  it("prints an img whose URLs verify and mean the preset at both densities", () => {
    const [, src = "", srcset = ""] =
      /^<img src="([^"]+)" srcset="([^"]+)" width="400" height="300" alt="A cat">$/u.exec(printed) ?? [];
    const candidates = srcset.split(", ").map((candidate) => candidate.split(" "));
    expect(candidates.map(([, descriptor]) => descriptor)).toEqual([undefined, "2x"]);
    expect(candidates[0]?.[0]).toBe(src);
    const revision = lookup(table, "card").revision;
    expect(candidates.map(([url = ""]) => canonicalPathOf(url))).toEqual([
      `/photos/house-cat.jpg/card.${revision}.avif`,
      `/photos/house-cat.jpg/card.${revision}.2x.avif`,
    ]);
  });

  it("prints URLs that expire in a day or a little later", () => {
    const { exp = 0 } = parseTarget(targetOf(/src="([^"]+)"/u.exec(printed)?.[1] ?? ""));
    const lifetime = exp - Date.now() / 1000;
    expect(lifetime).toBeGreaterThan(86_400 - 60);
    expect(lifetime).toBeLessThanOrEqual(86_400 * 1.125);
  });
});

describe("the README", () => {
  it("lists the shipped presets, all of them, with their formats, in the file's order", () => {
    const rows = [...readme.matchAll(/^\| ([a-z]+) \| [^|]+ \| ([a-z, ]+) \|$/gmu)];
    const listed = rows
      .filter(([, , formats]) => formats !== "formats")
      .map(([, name, formats]) => [name, formats]);
    const shipped = Object.values(table.presets).map(({ name, formats }) => [name, formats.join(", ")]);
    expect(listed).toEqual(shipped);
  });

  it("shows a preset as it stands in presets.yaml", () => {
    const shown = codeBlocks(readme, "yaml");
    expect(shown).toHaveLength(1);
    for (const block of shown) expect(presetsYaml).toContain(block);
  });
});

function canonicalPathOf(url: string): string {
  const signed = parseTarget(targetOf(url));
  authorise(signed, table, { keys, nowSeconds: Math.floor(Date.now() / 1000) });
  return formatCanonicalPath(select(lookup(table, signed.preset), signed, "image/avif,image/webp,*/*"));
}

function targetOf(src: string): string {
  const url = new URL(src.replaceAll("&amp;", "&"));
  expect(url.origin).toBe("http://127.0.0.1:8787");
  return url.pathname + url.search;
}

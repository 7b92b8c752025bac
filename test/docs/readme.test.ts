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

describe("the README's page of plain HTML", () => {
  let directory: string;
  let printed: string;

  // As its reader does it, with the presets beside it and the key file in the environment: bundled, run by a bare Node.
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "imgseal-readme-"));
    const [example = ""] = codeBlocks(readme, "js");
    const file = fileURLToPath(new URL("presets.yaml", root));
    const IMGSEAL_KEYS = join(directory, "imgseal.keys.json");
    await writeFile(IMGSEAL_KEYS, JSON.stringify(vectors.keys));
    await outputOf(["types", "--json", join(directory, "presets.json"), "--presets", file]);
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
    printed = (await run(process.execPath, [bundle], { env: { IMGSEAL_KEYS }, cwd: directory })).stdout;
  });

  afterAll(() => rm(directory, { recursive: true }));

  it("is the only one, so that all that is shown is run", () => {
    expect(codeBlocks(readme, "js")).toHaveLength(1);
    expect(codeBlocks(readme, "ts")).toHaveLength(0);
  });

  it("prints pictures whose URLs verify and mean each candidate of their presets", () => {
    const tags = [...printed.matchAll(/<img .*?srcset="([^"]+)" src="([^"]+)">/gu)];
    const meant = tags.map(([, srcset = "", src = ""]) =>
      [...srcset.split(", ").map((candidate) => candidate.split(" ")[0] ?? ""), src].map(canonicalPathOf),
    );
    const pathsOf = (name: string, source: string, selectors: readonly string[]) =>
      selectors.map(
        (selector) => `/photos/${source}/${name}.${lookup(table, name).revision}${selector}.avif`,
      );
    expect(meant).toEqual([
      pathsOf("banner", "french-alpine-landscape.jpg", [".640w", ".960w", ".1280w", ".1920w", ".1920w"]),
      pathsOf("card", "house-cat.jpg", ["", ".2x", ""]),
    ]);
  });

  it("prints URLs that expire in a day or a little later", () => {
    const { exp = 0 } = parseTarget(targetOf(/ src="([^"]+)"/u.exec(printed)?.[1] ?? ""));
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

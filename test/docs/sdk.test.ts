import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { build } from "esbuild";
import { expect, it, onTestFinished } from "vitest";
import { createSigner } from "../../sdk/index.ts";
import { vectors } from "../vectors/signed-urls.ts";
import { codeBlocks, readDocument, root } from "./markdown.ts";
import { outputOf } from "./transcript.ts";

const document = readDocument("docs/sdk.md");
const examples = codeBlocks(document, "js");
const run = promisify(execFile);
const path = (name: string) => fileURLToPath(new URL(name, root));

/** What each example prints, all of them run as one program by a bare Node. */
async function outputs(): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), "imgseal-sdk-docs-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, "imgseal.keys.json"), JSON.stringify(vectors.keys));
  await writeFile(
    join(folder, "presets.json"),
    await outputOf(["presets", "--json", "--presets", path("presets.yaml")]),
  );
  const separator = "----- the next example -----";
  const program = join(folder, "page.mjs");
  await build({
    stdin: {
      contents: examples.join(`\nconsole.log(${JSON.stringify(separator)});\n`),
      resolveDir: path("."),
    },
    outfile: program,
    // The SDK as it stands, and not as it was compiled last.
    alias: { "@imgseal/sdk/sync": path("sdk/sync.ts"), "@imgseal/sdk": path("sdk/index.ts") },
    bundle: true,
    platform: "node",
    format: "esm",
  });
  const { stdout } = await run(process.execPath, [program], { cwd: folder });
  return stdout.split(`${separator}\n`);
}

it("docs/sdk.md shows what its examples really print: else run `npx vitest run test/docs/sdk.test.ts -u`", async () => {
  const [setUp, ...printed] = await outputs();
  expect(setUp).toBe("");
  expect(codeBlocks(document, "text")).toHaveLength(printed.length);
  const written = document.replaceAll(/(?<=^```text\n).*?(?=^```$)/gmsu, () => printed.shift() ?? "");
  await expect(written).toMatchFileSnapshot("../../docs/sdk.md");
});

it("docs/sdk.md has a section with an example for every function of a signer", () => {
  const presets = { signing: { requireExpiry: false }, presets: {} };
  const signer = createSigner({ baseUrl: "https://img.example.com", keys: vectors.keys, presets });
  for (const name of Object.keys(signer)) {
    const [, section = ""] = document.split(`\n## ${name}\n`);
    const own = section.split("\n## ")[0] ?? "";
    expect(codeBlocks(own, "js").join(""), name).toContain(`.${name}(`);
  }
});

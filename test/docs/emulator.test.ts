import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { assumedBehaviors } from "../../src/local/cloudfront/assumed.ts";
import { type RuleId, ruleOf, rules } from "../../src/local/cloudfront/rules.ts";
import { checks } from "../../src/operations/probe/checks.ts";
import { codeBlocks, readDocument, root } from "./markdown.ts";

const document = readDocument("docs/emulator.md");
const run = promisify(execFile);

let folder: string;
let printed: string;

// As its reader does it: both files in a folder, imgseal's entry as it stands, run by a bare Node.
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "imgseal-emulator-"));
  const [handler = "", example = ""] = codeBlocks(document, "js");
  await writeFile(join(folder, "function.mjs"), handler);
  await writeFile(join(folder, "try.mjs"), example);
  await build({
    entryPoints: [join(folder, "try.mjs")],
    outfile: join(folder, "bundled.mjs"),
    alias: { "imgseal/cloudfront": fileURLToPath(new URL("src/local/cloudfront/index.ts", root)) },
    nodePaths: [fileURLToPath(new URL("node_modules", root))],
    bundle: true,
    platform: "node",
    format: "esm",
  });
  printed = (await run(process.execPath, ["bundled.mjs"], { cwd: folder })).stdout;
});

afterAll(() => rm(folder, { recursive: true }));

const cell = (text: string) => text.replaceAll("|", "\\|");

function ruleRows(): string[] {
  const ids = Object.keys(rules) as RuleId[];
  return ids.map((id) => {
    const { status, requirement, source } = ruleOf(id);
    const [, page = ""] = /([^/]+?)(?:\.html)?$/u.exec(source) ?? [];
    return `| ${id} | ${cell(requirement)} | ${status} | ${source === "assumed" ? source : `[${page}](${source})`} |`;
  });
}

function assumptionRows(): string[] {
  const assumed = (Object.keys(rules) as RuleId[]).filter((id) => ruleOf(id).source === "assumed");
  const statements = {
    ...Object.fromEntries(assumed.map((id) => [id, ruleOf(id).requirement])),
    ...assumedBehaviors,
  };
  const seenBy = new Map(Object.entries(checks).map(([id, check]) => [id, check]));
  return Object.entries(statements).map(([id, statement]) => {
    return `| ${id} | ${cell(statement)} | ${seenBy
      .get(id)
      ?.needs.replace("_probe/object", "`_probe/object`")
      .replace(/--[\w-]+/u, "`$&`")} |`;
  });
}

function between(text: string, name: string, lines: readonly string[]): string {
  const section = new RegExp(`(<!-- ${name}: .*? -->\n).*?(<!-- end of ${name} -->)`, "su");
  return text.replace(section, (_all, begin, end) => `${begin}\n${lines.join("\n")}\n\n${end}`);
}

function upToDate(): string {
  const shown = document.replace(/(?<=^\$ node try\.mjs\n)[^`]*(?=^```$)/mu, () => printed);
  const withRules = between(shown, "rules", [
    "| rule | requirement | answer | source |",
    "| --- | --- | --- | --- |",
    ...ruleRows(),
  ]);
  return between(withRules, "assumptions", [
    "| assumption | | `imgseal probe` sees it with a |",
    "| --- | --- | --- |",
    ...assumptionRows(),
  ]);
}

describe("docs/emulator.md", () => {
  it("shows what its example prints, every rule and every assumption: else run `npx vitest run test/docs -u`", async () => {
    await expect(upToDate()).toMatchFileSnapshot("../../docs/emulator.md");
  });

  it("has an example whose trap springs", () => {
    expect(printed).toMatch(
      /^\/hello\.txt 200 Miss from cloudfront\n\/hello\.txt 200 Hit from cloudfront\n\/hello\.txt 200 Miss from cloudfront\n\/missing\.txt 502 /u,
    );
    expect(printed).toContain("transfer-encoding");
  });
});

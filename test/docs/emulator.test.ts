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
let walked: string;

// As its reader does it: the files in a folder, imgseal's entry as it stands, run by a bare Node.
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "imgseal-emulator-"));
  const [handler = "", example = "", mistakes = "", walk = ""] = codeBlocks(document, "js");
  await writeFile(join(folder, "function.mjs"), handler);
  await writeFile(join(folder, "try.mjs"), example);
  await writeFile(join(folder, "mistakes.mjs"), mistakes);
  await writeFile(join(folder, "walk.mjs"), walk);
  printed = await outputOf("try");
  walked = await outputOf("walk");
});

afterAll(() => rm(folder, { recursive: true }));

async function outputOf(name: string): Promise<string> {
  const outfile = join(folder, `${name}-bundled.mjs`);
  await build({
    entryPoints: [join(folder, `${name}.mjs`)],
    outfile,
    alias: { "imgseal/cloudfront": fileURLToPath(new URL("src/local/cloudfront/index.ts", root)) },
    nodePaths: [fileURLToPath(new URL("node_modules", root))],
    bundle: true,
    platform: "node",
    format: "esm",
  });
  return (await run(process.execPath, [outfile], { cwd: folder })).stdout;
}

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
  const shown = document
    .replace(/(?<=^\$ node try\.mjs\n).*?(?=^```$)/msu, () => printed)
    .replace(/(?<=^\$ node walk\.mjs\n).*?(?=^```$)/msu, () => walked);
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

  it("walks through mistakes that are caught each by its rule, with one log entry, and the page that is CloudFront's", () => {
    const entries = walked.matchAll(/^(\S.*)\n {2}(\d+) at (\S+), (\S+): (?:.+)\n(?! )/gmu);
    expect(
      [...entries].map(([, title, status, event, rule]) => `${title}: ${status} ${event} ${rule}`),
    ).toEqual([
      "a fresh response, without S3's transfer-encoding: 502 origin-response read-only-header-deleted",
      "a picture of 800,000 bytes, as base64: 502 origin-response origin-generated-size",
      "a page of 64 KB at viewer-request: 502 viewer-request viewer-generated-size",
      "a data: URL instead of base64: 502 origin-response body-base64",
      "a Buffer as the body: 502 origin-response body-type",
      "Host is deleted: 502 viewer-request read-only-header-deleted",
      "Host is set, to reach another origin: 502 viewer-request read-only-header-changed",
      "content-length is set: 502 viewer-response read-only-header-changed",
      "via is added: 502 origin-response read-only-header-added",
      "a header that is CloudFront's own: 502 viewer-response disallowed-header",
      "a header as a string: 502 viewer-response header-array",
      "a header name in title case: 502 viewer-response header-name-case",
      "a key that is another header's: 502 viewer-response header-key",
      "a header without a value: 502 viewer-response header-value",
      "a line break in a header's value: 502 viewer-response header-value-characters",
      "API Gateway's statusCode: 502 origin-request result-kind",
      "a status that is none: 502 origin-response status-range",
      "another status for the viewer: 502 viewer-response viewer-response-status",
      "a uri without its slash: 502 viewer-request uri-slash",
      "a whole URL as the uri: 502 viewer-request uri-slash",
      "a branch without return: 502 viewer-request result-object",
      "a callback, as older examples have it: 503 viewer-request handler-callback",
      "an exception: 503 origin-request handler-throws",
      "a promise that nobody keeps: 503 viewer-request handler-timeout",
    ]);
  });
});

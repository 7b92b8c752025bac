/** Why the package is tested: what an import inside the repository finds, a user of the package may lack. */

import { execFileSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { root } from "../../cli/binary.ts";

const {
  exports: entries,
  files,
  dependencies,
} = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const { types, default: code } = entries["./cloudfront"];

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "imgseal-package-"));
  const installed = join(folder, "node_modules/imgseal");
  const compiled = join(folder, "compiled");
  mkdirSync(installed, { recursive: true });
  run(process.execPath, ["scripts/compile.mjs", compiled], root);
  run(tsc, ["-p", "tsconfig.cloudfront.json", "--outDir", join(compiled, "types")], root);
  // What npm would pack of it, and beside it what npm would install with it.
  for (const part of ["cloudfront", "types"]) {
    expect(files).toContain(`dist/${part}`);
    cpSync(join(compiled, part), join(installed, "dist", part), { recursive: true });
  }
  cpSync(join(root, "package.json"), join(installed, "package.json"));
  for (const name of ["lru-cache", "@types/aws-lambda"]) {
    expect(Object.keys(dependencies)).toContain(name);
    link(name);
  }
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  writeFileSync(join(folder, "example.ts"), example);
}, 120_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const tsc = join(root, "node_modules/.bin/tsc");

function run(command: string, args: readonly string[], cwd = folder): string {
  try {
    return execFileSync(command, args, { cwd, encoding: "utf8" });
  } catch (error) {
    throw new Error(String(Object(error).stdout) + String(Object(error).stderr), { cause: error });
  }
}

function link(name: string): void {
  const path = join(folder, "node_modules", name);
  mkdirSync(dirname(path), { recursive: true });
  symlinkSync(join(root, "node_modules", name), path);
}

const example = `
import type { CloudFrontRequestHandler, CloudFrontResponseHandler } from "aws-lambda";
import { createDistribution, createS3Origin, plainDistribution, type DistributionAnswer } from "imgseal/cloudfront";

const request: CloudFrontRequestHandler = async (event) => event.Records[0]?.cf.request;
const response: CloudFrontResponseHandler = async (event, context) =>
  context.getRemainingTimeInMillis() > 0 ? event.Records[0]?.cf.response : undefined;
const distribution = createDistribution({
  description: plainDistribution(["viewer-request", "viewer-response"]),
  functions: { "viewer-request": { handler: request }, "viewer-response": { handler: response } },
  origin: createS3Origin({ "hello.txt": { body: "hello", contentType: "text/plain" } }),
  pops: ["FRA56-P1"],
  cacheBytes: 1_000_000,
  nowMilliseconds: Date.now,
});
const answer: DistributionAnswer = await distribution.answer({
  id: "1",
  method: "GET",
  path: "/hello.txt",
  queryString: "",
  headers: { host: "localhost" },
  clientIp: "127.0.0.1",
});
const status: number = answer.status;
// @ts-expect-error
const text: string = answer.status;
console.log(status, String(answer.body), answer.cacheOutcome, text === undefined);
`;

describe("imgseal/cloudfront", () => {
  it("is where package.json says", () => {
    for (const path of [types, code]) {
      expect(existsSync(join(folder, "node_modules/imgseal", path)), path).toBe(true);
    }
  });

  it("holds nothing of the command line, and needs one package", () => {
    const text = readFileSync(join(folder, "node_modules/imgseal", code), "utf8");
    const packages = [...text.matchAll(/\bfrom "([^"]+)"|\bimport\("([^"]+)"\)/gu)].map(
      ([, from, dynamic]) => from ?? dynamic ?? "",
    );
    expect([...new Set(packages)].filter((name) => !name.startsWith("node:"))).toEqual(["lru-cache"]);
    expect(text).not.toMatch(/src\/(?:cli|images|urls|presets)\//u);
  });

  it.each([
    ["nodenext", ["--module", "nodenext"]],
    ["bundler", ["--module", "esnext", "--moduleResolution", "bundler"]],
  ])("has types with --moduleResolution %s", (_name, resolution) => {
    if (!existsSync(join(folder, "node_modules/@types/node"))) link("@types/node");
    const strict = [
      "--strict",
      "--target",
      "es2023",
      "--types",
      "node",
      "--ignoreConfig",
      "--exactOptionalPropertyTypes",
    ];
    const checked = run(tsc, ["example.ts", "--noEmit", ...strict, ...resolution]);
    expect(checked).toBe("");
  });

  it("runs a handler", () => {
    const options = [
      "example.ts",
      "--target",
      "es2023",
      "--module",
      "nodenext",
      "--types",
      "node",
      "--ignoreConfig",
    ];
    run(tsc, options);
    expect(run(process.execPath, ["example.js"])).toBe("200 hello Miss false\n");
  });
});

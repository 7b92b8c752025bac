/**
 * What a misspelt name or an undeclared width costs: a compiler's error, at its place and with these words. The
 * compiler itself is run over files that use what `imgseal types` writes.
 */

import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { root } from "../cli/binary.ts";
import { imgseal } from "../cli/terminal.ts";

const run = promisify(execFile);
let folder: string;

beforeAll(async () => {
  // Within the repository, so that packages are found.
  mkdirSync(join(root, "node_modules/.cache"), { recursive: true });
  folder = mkdtempSync(join(root, "node_modules/.cache/imgseal-types-"));
  const presets = join(root, "presets.yaml");
  const { exitCode, err } = await imgseal("types", "--presets", presets, "--out", join(folder, "presets.ts"));
  expect({ exitCode, err }).toEqual({ exitCode: 0, err: "" });
  writeFileSync(
    join(folder, "tsconfig.json"),
    JSON.stringify({
      extends: join(root, "tsconfig.json"),
      compilerOptions: { noUnusedLocals: false },
      include: ["*.ts"],
      exclude: [],
    }),
  );
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const opening = `import { createSigner } from "${join(root, "sdk/index.ts")}";
import { imgAttributes, pictureUrl } from "${join(root, "sdk/client.ts")}";
import { type PresetName, presets } from "./presets.ts";
const signer = createSigner({ baseUrl: "https://img.example.com", keys: { keys: [] }, presets });
const granted = { baseUrl: "https://img.example.com", grant: "a.b.c", source: "cat.jpg" } as const;
`;

/** The compiler's errors in a program of these statements: the statement's index, the code and the message. */
async function errorsIn(statements: readonly string[]): Promise<(readonly [string, string, string])[]> {
  const file = join(folder, "use.ts");
  writeFileSync(file, `${opening}${statements.join("\n")}\nexport {};\n`);
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  const out = await run(process.execPath, [tsc, "-p", folder, "--pretty", "false"]).then(
    ({ stdout }) => stdout,
    (error: { stdout?: string }) => error.stdout ?? "",
  );
  const first = opening.split("\n").length;
  return [...out.matchAll(/^(\S+)\((\d+),\d+\): error (TS\d+): (.*)$/gm)].map(
    ([, path = "", line, code = "", message = ""]) => [
      path.endsWith("use.ts") ? (statements[Number(line) - first] ?? path) : path,
      code,
      message,
    ],
  );
}

test("what is declared compiles", async () => {
  expect(
    await errorsIn([
      'await signer.url("thumb", "cat.jpg");',
      'await signer.url("card", "cat.jpg", { dpr: 2, format: "avif" });',
      'await signer.url("banner", "cat.jpg", { width: 960, version: "7f3a", expiresIn: "1h" });',
      'await signer.srcset("banner", "cat.jpg", { format: "webp" });',
      'await signer.img("banner", "cat.jpg", { alt: "A cat", sizes: "100vw" });',
      'await signer.grant({ presets: ["thumb", "card"], sources: ["photos/"] });',
      'await signer.grant({ presets: ["*"], sources: [""] });',
      'imgAttributes(presets, "https://img.example.com/thumb/cat.jpg", { alt: "A cat" });',
      'imgAttributes(presets, { ...granted, preset: "card" }, { alt: "A cat" });',
      'pictureUrl(presets, { ...granted, preset: "banner" }, { width: 640, format: "jpeg" });',
      'const name: PresetName = "logo"; signer.url(name, "logo.png");',
      "const widths: readonly [640, 960, 1280, 1920] = presets.presets.banner.widths;",
      "const revision: string = presets.presets.thumb.revision;",
    ]),
  ).toEqual([]);
});

const names = '"article" | "avatar" | "banner" | "card" | "full" | "logo" | "lqip" | "og" | "thumb" | "zoom"';

/** Each statement alone is wrong, and this is what the compiler says of it. */
const wrong: Readonly<Record<string, readonly [code: string, message: string]>> = {
  'await signer.url("thmub", "cat.jpg");': [
    "TS2345",
    `Argument of type '"thmub"' is not assignable to parameter of type '${names}'.`,
  ],
  'await signer.url("banner", "cat.jpg", { width: 1000 });': [
    "TS2322",
    "Type '1000' is not assignable to type '640 | 960 | 1280 | 1920 | undefined'.",
  ],
  'await signer.url("avatar", "cat.jpg", { dpr: 4 });': [
    "TS2322",
    "Type '4' is not assignable to type '1 | 2 | 3 | undefined'.",
  ],
  'await signer.url("thumb", "cat.jpg", { dpr: 2 });': [
    "TS2322",
    "Type 'number' is not assignable to type 'undefined'.",
  ],
  'await signer.url("thumb", "cat.jpg", { width: 200 });': [
    "TS2322",
    "Type 'number' is not assignable to type 'undefined'.",
  ],
  'await signer.url("thumb", "cat.jpg", { format: "avif" });': [
    "TS2322",
    `Type '"avif"' is not assignable to type '"webp"'.`,
  ],
  'await signer.srcset("banner", "cat.jpg", { width: 960 });': [
    "TS2353",
    "Object literal may only specify known properties, and 'width' does not exist in type 'SrcsetOptions<",
  ],
  'await signer.img("card", "cat.jpg", {});': [
    "TS2345",
    "Argument of type '{}' is not assignable to parameter of type 'ImgOptions & SrcsetOptions<",
  ],
  'await signer.grant({ presets: ["thmub"], sources: [""] });': [
    "TS2820",
    `Type '"thmub"' is not assignable to type '"*" | ${names}'. Did you mean '"thumb"'?`,
  ],
  'imgAttributes(presets, { ...granted, preset: "crad" }, { alt: "A cat" });': [
    "TS2322",
    `Type '"crad"' is not assignable to type '${names}'.`,
  ],
  'imgAttributes(presets, { ...granted, preset: "card" }, { alt: "A cat", size: "100vw" });': [
    "TS2561",
    "Object literal may only specify known properties, but 'size' does not exist in type 'ImgOptions'. Did you mean to write 'sizes'?",
  ],
  'pictureUrl(presets, { ...granted, preset: "banner" }, { width: 1000 });': [
    "TS2322",
    "Type '1000' is not assignable to type '640 | 960 | 1280 | 1920 | undefined'.",
  ],
  'pictureUrl(presets, { ...granted, preset: "card" }, { dpr: 3 });': [
    "TS2322",
    "Type '3' is not assignable to type '1 | 2 | undefined'.",
  ],
  'pictureUrl(presets, { ...granted, preset: "thumb" }, { dpr: 2 });': [
    "TS2322",
    "Type 'number' is not assignable to type 'undefined'.",
  ],
  'const misspelt: PresetName = "thmub";': [
    "TS2820",
    `Type '"thmub"' is not assignable to type '${names}'. Did you mean '"thumb"'?`,
  ],
};

test("what is not declared does not", async () => {
  const expected = Object.entries(wrong).map(([statement, [code, message]]) => [
    statement,
    code,
    expect.stringContaining(message),
  ]);
  expect(await errorsIn(Object.keys(wrong))).toEqual(expected);
});

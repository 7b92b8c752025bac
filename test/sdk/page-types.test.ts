/**
 * Why this is checked: the SDK's files for pages bring the DOM's types into the whole program, and a `document` or a
 * `window` in the server would compile. So the server is compiled once more without them.
 */

import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { root } from "../cli/binary.ts";

const run = promisify(execFile);
let folder: string;

beforeAll(() => {
  mkdirSync(join(root, "node_modules/.cache"), { recursive: true });
  folder = mkdtempSync(join(root, "node_modules/.cache/imgseal-server-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What the compiler says of src, infra and the signers, and of one file more. */
async function complaintsAbout(more: string): Promise<string> {
  writeFileSync(join(folder, "more.ts"), more);
  const include = ["src", "infra/*.ts", "sdk/index.ts", "sdk/sync.ts"].map((path) => join(root, path));
  const config = {
    extends: join(root, "tsconfig.json"),
    include: [...include, join(folder, "more.ts")],
    exclude: [],
  };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  const finished = run(process.execPath, [tsc, "-p", folder, "--pretty", "false"]);
  return finished.then(
    ({ stdout }) => stdout,
    (error: { stdout?: string }) => error.stdout ?? "",
  );
}

test("the server and the signers compile without the DOM's types", async () => {
  expect(await complaintsAbout("export {};")).toBe("");
});

test("a server that uses them would not", async () => {
  expect(await complaintsAbout("export const title = document.title;")).toMatch(
    /more\.ts\(1,22\): error TS2584: Cannot find name 'document'/,
  );
});

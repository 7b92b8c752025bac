import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { vectors } from "../vectors/signed-urls.ts";
import { readDocument, root } from "./markdown.ts";
import { outputOf } from "./transcript.ts";

let folder: string;
let built: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "imgseal-docs-build-"));
  const keys = join(folder, "production.keys.json");
  writeFileSync(keys, JSON.stringify(vectors.keys), { mode: 0o600 });
  const presets = fileURLToPath(new URL("presets.yaml", root));
  const buckets = ["--source-bucket", "a", "--source-region", "r", "--derivatives-bucket", "b"];
  const files = ["--presets", presets, "--keys", keys, "--out", join(folder, "out")];
  built = await outputOf(["build", ...buckets, "--derivatives-region", "r", ...files]);
});

afterAll(() => rmSync(folder, { recursive: true }));

const sizesIn = (text: string) =>
  [...text.matchAll(/(viewer-request|origin-response)\.zip +([\d,]+) bytes/gu)].map(
    ([, name = "", bytes = ""]) => ({ name, bytes: Number(bytes.replaceAll(",", "")) }),
  );

describe.each(["docs/edge.md", "docs/cli.md"])("%s", (document) => {
  // Names of buckets and keys are in the zips too, so the sizes are not the same to the byte.
  it("shows the sizes that the zips have today, within a fiftieth", () => {
    const shown = sizesIn(readDocument(document));
    expect(shown.map(({ name }) => name)).toEqual(["viewer-request", "origin-response"]);
    for (const [index, { bytes }] of sizesIn(built).entries()) {
      expect(Math.abs((shown[index]?.bytes ?? 0) / bytes - 1)).toBeLessThan(0.02);
    }
  });
});

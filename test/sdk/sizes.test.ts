/**
 * Why this is checked: the SDK is loaded at every cold start of a worker, and one careless import makes it larger by the
 * error table, a second algorithm table or a YAML parser. What is measured is minified, without jose.
 */

import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { expect, test } from "vitest";

async function minified(entry: string): Promise<{ bytes: number; inputs: string[] }> {
  const { outputFiles, metafile } = await build({
    entryPoints: [fileURLToPath(new URL(`../../sdk/${entry}`, import.meta.url))],
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    format: "esm",
    platform: "neutral",
    external: ["jose", "node:*"],
  });
  return { bytes: outputFiles[0]?.contents.length ?? 0, inputs: Object.keys(metafile.inputs) };
}

test.each([
  ["index.ts", 12 * 1024],
  ["sync.ts", 13 * 1024],
])("%s has less than %i bytes", async (entry, budget) => {
  const { bytes } = await minified(entry);
  expect(bytes).toBeLessThan(budget);
  expect(bytes).toBeGreaterThan(budget / 2);
});

test("nothing of the error table is in the signer, which throws TypeErrors alone", async () => {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL("../../sdk/index.ts", import.meta.url))],
    bundle: true,
    write: false,
    format: "esm",
    platform: "neutral",
    external: ["jose"],
  });
  expect(outputFiles[0]?.text).not.toContain("SIGNATURE_MISSING");
});

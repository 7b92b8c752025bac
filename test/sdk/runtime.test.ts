/**
 * The SDK has to run wherever WebCrypto does (browsers' workers, Deno, Bun, edge runtimes), and the edge
 * bundle must not carry what it does not call. Both would be lost by one careless import, so the bundles
 * themselves are looked at.
 */

import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { describe, expect, test } from "vitest";

async function bundle(
  path: string,
  platform: "neutral" | "node",
): Promise<{ text: string; inputs: string[] }> {
  const { outputFiles, metafile } = await build({
    entryPoints: [fileURLToPath(new URL(`../../${path}`, import.meta.url))],
    bundle: true,
    write: false,
    metafile: true,
    format: "esm",
    platform,
    // What is left of node: imports stays visible in the text.
    external: ["node:*"],
    conditions: ["import"],
  });
  return { text: outputFiles[0]?.text ?? "", inputs: Object.keys(metafile.inputs) };
}

const packagesOf = (inputs: readonly string[]) =>
  new Set(inputs.flatMap((input) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(input)?.[1] ?? []));

describe("the SDK", async () => {
  const { text, inputs } = await bundle("sdk/index.ts", "neutral");

  test("imports nothing of Node's", () => {
    expect(text).toContain("createSigner");
    expect(text).not.toMatch(/["']node:/);
    expect(text).not.toMatch(/\bBuffer\b/);
  });

  test("depends on jose alone", () => {
    expect(packagesOf(inputs)).toEqual(new Set(["jose"]));
  });
});

test("the hot path carries no package at all", async () => {
  const { inputs } = await bundle("src/urls/authorise.ts", "node");
  expect(inputs.some((input) => input.endsWith("src/urls/jws-node.ts"))).toBe(true);
  expect(packagesOf(inputs)).toEqual(new Set());
});

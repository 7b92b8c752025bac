/**
 * Why this is checked: pages load the client with every visit and workers load the signer at every cold start, and one
 * careless import makes either larger by the error table, a second algorithm table or a YAML parser.
 *
 * What is measured is what a user's bundler makes of the published files: everything that an entry exports and reaches,
 * dynamic imports too, minified, without jose and without the user's framework.
 */

import { join } from "node:path";
import { build } from "esbuild";
import { beforeAll, describe, expect, test } from "vitest";
import { compiledCommand, root } from "../cli/binary.ts";

const command = compiledCommand();

interface Measured {
  readonly bytes: number;
  readonly text: string;
}

async function measure(entry: string): Promise<Measured> {
  const { outputFiles } = await build({
    stdin: { contents: `export * from "./sdk/${entry}.js";`, resolveDir: join(command.main, "../..") },
    bundle: true,
    minify: true,
    write: false,
    format: "esm",
    target: "es2022",
    platform: "neutral",
    splitting: true,
    outdir: root,
    external: ["jose", "node:*", "react", "vue"],
  });
  return {
    bytes: outputFiles.reduce((sum, { contents }) => sum + contents.length, 0),
    text: outputFiles.map(({ text }) => text).join("\n"),
  };
}

/** In bytes. What is far below its budget is not measured rightly. */
const budgets = {
  index: 12 * 1024,
  sync: 12.5 * 1024,
  client: 4 * 1024,
  observe: 6 * 1024,
  element: 6.25 * 1024,
};

describe.each(Object.entries(budgets))("@imgseal/sdk's %s", (entry, budget) => {
  let measured: Measured;
  beforeAll(async () => {
    measured = await measure(entry);
  });

  test(`has less than ${budget} bytes`, () => {
    expect(measured.bytes).toBeLessThan(budget);
    expect(measured.bytes).toBeGreaterThan(budget * 0.8);
  });

  test("holds nothing of the error table: it throws TypeErrors alone", () => {
    expect(measured.text).toContain("TypeError");
    expect(measured.text).not.toContain("SIGNATURE_MISSING");
  });
});

test.each(["client", "observe", "element"])(
  "%s holds nothing of Node's, and nothing that signs",
  async (entry) => {
    const { text } = await measure(entry);
    expect(text).toContain("srcset");
    expect(text).not.toMatch(/["'](?:node:|jose)|\bBuffer\b|importKey|subtle/);
  },
);

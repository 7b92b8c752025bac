// Compiles the command line and the emulator to dist/ and the SDK to sdk/dist/: Node 20 does not run TypeScript.
import { rmSync } from "node:fs";
import { build } from "esbuild";

// Another folder for tests, which must not take away what is running.
const outdir = process.argv[2] ?? "dist";

for (const folder of ["cli", "scripts", "cloudfront"])
  rmSync(`${outdir}/${folder}`, { recursive: true, force: true });
const settings = {
  bundle: true,
  format: "esm",
  target: "node20.19",
  packages: "external",
  sourcemap: true,
  logLevel: "warning",
};
await build({
  ...settings,
  entryPoints: [
    { in: "src/cli/main.ts", out: "cli/main" },
    { in: "scripts/samples.ts", out: "scripts/samples" },
  ],
  outdir,
  // Below dist/cli, which is what is published.
  chunkNames: "cli/chunks/[name]-[hash]",
  // A command loads the chunks that it needs, and no more.
  splitting: true,
  platform: "node",
});
// `imgseal/cloudfront`: a library, which shares no chunk with the command line.
await build({
  ...settings,
  entryPoints: ["src/local/cloudfront/index.ts"],
  outfile: `${outdir}/cloudfront/index.js`,
  platform: "node",
});
// Not for Node alone: whatever has WebCrypto runs it.
await build({
  ...settings,
  entryPoints: ["sdk/index.ts"],
  outfile: outdir === "dist" ? "sdk/dist/index.js" : `${outdir}/sdk/index.js`,
  platform: "neutral",
});

// Compiles the command line to dist/: Node 20 does not run TypeScript. Chunks are split, so that a command loads what it needs.
import { rmSync } from "node:fs";
import { build } from "esbuild";

// Another folder for tests, which must not take away what is running.
const outdir = process.argv[2] ?? "dist";

for (const folder of ["cli", "scripts"]) rmSync(`${outdir}/${folder}`, { recursive: true, force: true });
await build({
  entryPoints: [
    { in: "src/cli/main.ts", out: "cli/main" },
    { in: "scripts/samples.ts", out: "scripts/samples" },
  ],
  outdir,
  // Below dist/cli, which is what is published.
  chunkNames: "cli/chunks/[name]-[hash]",
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node20.19",
  packages: "external",
  sourcemap: true,
  logLevel: "warning",
});

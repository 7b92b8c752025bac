// Compiles the command line to dist/: Node 20 does not run TypeScript. Chunks are split, so that a command loads what it needs.
import { rmSync } from "node:fs";
import { build } from "esbuild";

rmSync("dist/cli", { recursive: true, force: true });
rmSync("dist/scripts", { recursive: true, force: true });
await build({
  entryPoints: ["src/cli/main.ts", "scripts/samples.ts"],
  outbase: ".",
  outdir: "dist",
  entryNames: "[dir]/[name]",
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node20.19",
  packages: "external",
  sourcemap: true,
  logLevel: "warning",
});

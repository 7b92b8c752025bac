// Compiles the command line to dist/ and the SDK to sdk/dist/: Node 20 does not run TypeScript.
import { readFileSync, rmSync } from "node:fs";
import { basename } from "node:path";
import { build } from "esbuild";

// Another folder for tests, which must not take away what is running.
const outdir = process.argv[2] ?? "dist";

for (const folder of ["cli", "scripts"]) rmSync(`${outdir}/${folder}`, { recursive: true, force: true });
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
// Not for Node alone: whatever has WebCrypto runs it. Each entry of the package is a file of its name in sdk/.
const { exports: entries } = JSON.parse(readFileSync("sdk/package.json", "utf8"));
const sdkDir = outdir === "dist" ? "sdk/dist" : `${outdir}/sdk`;
rmSync(sdkDir, { recursive: true, force: true });
await build({
  ...settings,
  entryPoints: targetsOf(entries)
    .filter((file) => file.endsWith(".js"))
    .map((file) => `sdk/${basename(file, ".js")}.ts`),
  outdir: sdkDir,
  chunkNames: "chunks/[name]-[hash]",
  splitting: true,
  platform: "neutral",
  // What is published is read as it is.
  sourcemap: false,
  // The synchronous signer's.
  external: ["node:*"],
});

/** The files of an exports map, under whatever conditions. */
function targetsOf(target) {
  return typeof target === "string" ? [target] : Object.values(target).flatMap(targetsOf);
}

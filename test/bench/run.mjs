// `npm run bench`: compiles the command line that is measured, and what measures it, and runs the latter.
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = new URL("../../", import.meta.url);
// Within node_modules, so that imports of packages resolve. Not dist/: a server that runs from there stays whole.
const outdir = new URL("node_modules/.cache/imgseal/bench/", root);

process.chdir(fileURLToPath(root));
execFileSync(process.execPath, ["scripts/compile.mjs", fileURLToPath(new URL("dist", outdir))]);
await build({
  entryPoints: ["main", "servers/bare-sharp", "servers/bare-answer", "servers/bare-files"].map(
    (name) => `test/bench/${name}.ts`,
  ),
  outbase: "test/bench",
  outdir: fileURLToPath(outdir),
  outExtension: { ".js": ".mjs" },
  bundle: true,
  splitting: true,
  platform: "node",
  target: "node20.19",
  format: "esm",
  packages: "external",
  logLevel: "warning",
});
const { main } = await import(new URL("main.mjs", outdir).href);
await main(process.argv.slice(2), { root, compiled: outdir });

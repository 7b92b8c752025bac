// `npm run drills`: compiles the command line that is drilled, and the drills, and runs the latter.
import { execFileSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

const root = new URL("../../", import.meta.url);
// Within node_modules, so that imports of packages resolve. Not dist/: a server that runs from there stays whole.
const outdir = new URL("node_modules/.cache/imgseal/drills/", root);

process.chdir(fileURLToPath(root));
execFileSync(process.execPath, ["scripts/compile.mjs", fileURLToPath(new URL("dist", outdir))]);
await build({
  entryPoints: ["test/drills/main.ts"],
  outfile: fileURLToPath(new URL("main.mjs", outdir)),
  bundle: true,
  platform: "node",
  target: "node20.19",
  format: "esm",
  packages: "external",
  sourcemap: true,
  logLevel: "warning",
  plugins: [{ name: "own-urls", setup: keepOwnUrls }],
});
const { main } = await import(new URL("main.mjs", outdir).href);
await main(process.argv.slice(2), { root, main: fileURLToPath(new URL("dist/cli/main.js", outdir)) });

/** Fixtures find their files beside themselves; in a bundle, import.meta.url would be the bundle's. */
function keepOwnUrls({ onLoad }) {
  onLoad({ filter: /\.ts$/ }, async ({ path }) => ({
    loader: "ts",
    contents: (await readFile(path, "utf8")).replaceAll(
      "import.meta.url",
      JSON.stringify(pathToFileURL(path).href),
    ),
  }));
}

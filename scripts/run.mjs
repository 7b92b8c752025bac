// Runs a script of this folder: `node scripts/run.mjs generate`. Node 20 does not read TypeScript, so esbuild does.
import { mkdir, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = new URL("../", import.meta.url);
const [name] = process.argv.slice(2);
if (name === undefined || !/^[a-z-]+$/.test(name)) {
  console.error("usage: node scripts/run.mjs NAME   (scripts/NAME.ts)");
  process.exit(2);
}

const { outputFiles } = await build({
  absWorkingDir: fileURLToPath(root),
  entryPoints: [`scripts/${name}.ts`],
  bundle: true,
  platform: "node",
  target: "node20",
  format: "esm",
  packages: "external",
  write: false,
});
// Within node_modules, so that the bundle's imports of packages resolve.
const folder = new URL("node_modules/.cache/imgseal/", root);
const bundle = new URL(`${name}.mjs`, folder);
await mkdir(folder, { recursive: true });
await writeFile(bundle, outputFiles[0].contents);
const { main } = await import(bundle.href);
await main(root);

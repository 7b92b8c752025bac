// Compiles the command line and the emulator to dist/ and the SDK to sdk/dist/: Node 20 does not run TypeScript.
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename } from "node:path";
import { build } from "esbuild";

// Another folder for tests, which must not take away what is running.
const outdir = process.argv[2] ?? "dist";

/**
 * sharp as CommonJS, which loads 50 ms sooner than as ES modules. It is native, so it is not bundled: what is, is one
 * line that requires it.
 */
const requireSharp = {
  name: "require-sharp",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^sharp$/ }, ({ kind }) =>
      kind === "require-call" ? { external: true } : { path: "sharp", namespace: "require" },
    );
    onLoad({ filter: /.*/, namespace: "require" }, () => ({
      contents: 'module.exports = require("sharp");',
    }));
  },
};

for (const folder of ["cli", "scripts", "cloudfront"])
  rmSync(`${outdir}/${folder}`, { recursive: true, force: true });
const settings = {
  bundle: true,
  format: "esm",
  target: "node20.19",
  sourcemap: true,
  logLevel: "warning",
};
const { metafile } = await build({
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
  // Packages are bundled, because finding and reading their many files takes longer than running them. Not esbuild:
  // only who builds for the edge has it.
  external: ["esbuild"],
  plugins: [requireSharp],
  // Some packages are CommonJS and call require. Under a name of its own: a chunk may import createRequire as well.
  banner: {
    js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);',
  },
  // Whole licenses instead, in a file of their own.
  legalComments: "none",
  metafile: true,
});
writeFileSync(`${outdir}/cli/licenses.txt`, licensesOf(metafile));
// `imgseal/cloudfront`: a library, which shares no chunk with the command line.
await build({
  ...settings,
  packages: "external",
  entryPoints: ["src/local/cloudfront/index.ts"],
  outfile: `${outdir}/cloudfront/index.js`,
  platform: "node",
});
// Not for Node alone: whatever has WebCrypto runs it. Each entry of the package is a file of its name in sdk/.
const { exports: entries } = JSON.parse(readFileSync("sdk/package.json", "utf8"));
const sdkDir = outdir === "dist" ? "sdk/dist" : `${outdir}/sdk`;
// But for the declarations, which declarations.mjs writes: `npm start` comes by here alone, and the SDK may be packed after.
for (const name of existsSync(sdkDir) ? readdirSync(sdkDir) : [])
  if (name !== "types") rmSync(`${sdkDir}/${name}`, { recursive: true });
await build({
  ...settings,
  packages: "external",
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

/** The licenses of the packages that are bundled: each has to go with every copy. */
function licensesOf({ inputs }) {
  const folders = Object.keys(inputs).flatMap(
    (path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(path)?.[0] ?? [],
  );
  return [...new Set(folders)]
    .sort()
    .map((folder) => {
      const file = readdirSync(folder).find((name) => /^licen[cs]e/i.test(name));
      if (file === undefined) throw new Error(`${folder} has no license file to go with a bundle`);
      return `${basename(folder)}\n\n${readFileSync(`${folder}/${file}`, "utf8").trim()}\n`;
    })
    .join("\n\n");
}

/** Bundles one edge function to one module, everything that it needs to know baked in. */

import { isBuiltin } from "node:module";
import { join } from "node:path";
import { build, type Metafile } from "esbuild";
import type { BakedOriginResponse, BakedViewerRequest } from "../src/edge/main/baked.ts";

export interface Baked {
  readonly "viewer-request": BakedViewerRequest;
  readonly "origin-response": BakedOriginResponse;
}

export type FunctionName = keyof Baked;

/** The oldest Node of Lambda@Edge's runtimes, as esbuild calls it. */
export const nodeTarget = "node22";

export interface Module {
  /** Relative to the package's root; "baked in" is the preset table with what else is compiled in. */
  readonly path: string;
  readonly bytes: number;
}

export interface Bundle {
  readonly contents: Uint8Array;
  readonly modules: readonly Module[];
  /** Packages that it imports and does not hold. */
  readonly external: readonly string[];
}

// Some of the AWS SDK's parts are CommonJS and call require.
const require = 'import{createRequire}from"node:module";const require=createRequire(import.meta.url);';
const banners: Readonly<Record<FunctionName, string>> = { "viewer-request": "", "origin-response": require };

/** The function as an ES module that exports `handler`. */
export async function bundle<Name extends FunctionName>(
  name: Name,
  baked: Baked[Name],
  { packageRoot }: { readonly packageRoot: string },
): Promise<Bundle> {
  const { metafile, outputFiles } = await build({
    entryPoints: [join(packageRoot, "src/edge/main", `${name}.ts`)],
    outfile: "index.mjs",
    absWorkingDir: packageRoot,
    bundle: true,
    minify: true,
    format: "esm",
    platform: "node",
    target: nodeTarget,
    // ES modules first, of which what nobody imports is left out: a quarter of the AWS SDK, and of the time to load it.
    mainFields: ["module", "main"],
    // sharp is native: it is laid beside the bundle and not into it.
    external: ["sharp"],
    define: { IMGSEAL_BAKED: JSON.stringify(baked) },
    banner: { js: banners[name] },
    metafile: true,
    write: false,
    logLevel: "silent",
    legalComments: "none",
  });
  const [output] = outputFiles;
  if (output === undefined) throw new Error(`esbuild made nothing of ${name}`);
  return { contents: output.contents, modules: modulesOf(metafile), external: externalOf(metafile) };
}

/** Largest first. */
function modulesOf({ outputs }: Metafile): Module[] {
  const inputs = Object.values(outputs).flatMap((output) => Object.entries(output.inputs));
  return inputs
    .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
    .map(([path, { bytesInOutput }]) => ({ path: nameOf(path), bytes: bytesInOutput }))
    .sort((a, b) => b.bytes - a.bytes || (a.path < b.path ? -1 : 1));
}

// esbuild lists what `define` put in as a file of its own, in angle brackets.
function nameOf(path: string): string {
  return path.startsWith("<define:") ? "baked in" : path;
}

function externalOf({ outputs }: Metafile): string[] {
  const imports = Object.values(outputs).flatMap((output) => output.imports);
  const packages = imports.filter(({ path, external }) => external === true && !isBuiltin(path));
  return [...new Set(packages.map(({ path }) => path))];
}

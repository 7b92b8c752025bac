/** Bundles the two edge functions, everything they need to know baked in. */

import { isBuiltin } from "node:module";
import { join } from "node:path";
import { build, type Metafile } from "esbuild";
import type { BakedOriginResponse, BakedViewerRequest } from "../src/edge/main/baked.ts";
import { writeWhole } from "./write-whole.ts";

export interface BundleOptions {
  /** Where imgseal's own `src` folder is. */
  readonly packageRoot: string;
  readonly outDir: string;
  readonly viewerRequest: BakedViewerRequest;
  readonly originResponse: BakedOriginResponse;
}

export interface Bundle {
  readonly name: "viewer-request" | "origin-response";
  readonly file: string;
  readonly bytes: number;
  /** Packages that it imports and does not hold: not in `bytes`, to be laid beside it. */
  readonly external: readonly string[];
  /** Lambda@Edge's quota on the function's package, in the strict reading. */
  readonly quotaBytes: number;
  /** The files that went into it, relative to the package's root. */
  readonly modules: readonly string[];
}

// "Quotas on Lambda@Edge": the size of a function's zip. The module alone, unzipped, is held against it here.
const quotaBytes = { "viewer-request": 1_000_000, "origin-response": 50_000_000 } as const;

/**
 * Writes `{outDir}/{function}/index.mjs`, each of which exports `handler`; the one with the keys for its owner alone.
 *
 * @throws TypeError when sources and derivatives share a bucket, or a key is private that need not be
 */
export async function bundleEdge(options: BundleOptions): Promise<readonly Bundle[]> {
  refuseOneBucket(options.originResponse);
  refusePrivateKeys(options.viewerRequest.keys);
  return [
    await bundleFunction("viewer-request", options.viewerRequest, options),
    await bundleFunction("origin-response", options.originResponse, options),
  ];
}

/** @throws TypeError that names the first bundle that Lambda@Edge would not take */
export function requireWithinQuota(bundles: readonly Bundle[]): void {
  const tooLarge = bundles.find(({ bytes, quotaBytes }) => bytes > quotaBytes);
  if (tooLarge !== undefined) {
    throw new TypeError(
      `expected ${tooLarge.name} to have at most ${tooLarge.quotaBytes} bytes, received ${tooLarge.bytes}`,
    );
  }
}

// An uploaded `cat.jpg/thumb.<revision>.webp` would BE the derivative.
function refuseOneBucket({ sources, derivatives }: BakedOriginResponse): void {
  if (sources.bucket !== derivatives.bucket || sources.endpoint !== derivatives.endpoint) return;
  throw new TypeError(
    `expected sources and derivatives to be in two buckets, received "${sources.bucket}" for both: ` +
      "whoever may upload sources could then upload derivatives",
  );
}

/** An edge function verifies. Where that takes no secret, whoever reads it must not be able to sign. */
function refusePrivateKeys(jwkSet: unknown): void {
  const jwks = isObject(jwkSet) && Array.isArray(jwkSet.keys) ? jwkSet.keys : [];
  const index = jwks.findIndex((jwk) => isObject(jwk) && jwk.d !== undefined);
  if (index === -1) return;
  throw new TypeError(
    `keys[${index}].d: expected public keys only, received a private one; the edge needs what "imgseal keygen --public" prints`,
  );
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

async function bundleFunction(
  name: Bundle["name"],
  baked: BakedViewerRequest | BakedOriginResponse,
  { packageRoot, outDir }: BundleOptions,
): Promise<Bundle> {
  const file = join(outDir, name, "index.mjs");
  const { metafile, outputFiles } = await build({
    entryPoints: [join(packageRoot, "src/edge/main", `${name}.ts`)],
    outfile: file,
    absWorkingDir: packageRoot,
    bundle: true,
    minify: true,
    format: "esm",
    platform: "node",
    target: "node22",
    // sharp is native: it is laid beside the bundle and not into it.
    external: ["sharp"],
    define: { IMGSEAL_BAKED: JSON.stringify(baked) },
    // Some of the AWS SDK's parts are CommonJS and call require.
    banner: { js: 'import{createRequire}from"node:module";const require=createRequire(import.meta.url);' },
    metafile: true,
    write: false,
    logLevel: "silent",
    legalComments: "none",
  });
  // esbuild lists what `define` put in as a file of its own, in angle brackets.
  const modules = Object.keys(metafile.inputs).filter((path) => !path.startsWith("<"));
  const [output] = outputFiles;
  if (output === undefined) throw new Error(`esbuild made nothing of ${name}`);
  // Whoever can read the keys can sign.
  await writeWhole(file, output.contents, { isPrivate: name === "viewer-request" });
  const bytes = output.contents.length;
  return { name, file, bytes, external: externalOf(metafile), quotaBytes: quotaBytes[name], modules };
}

function externalOf({ outputs }: Metafile): string[] {
  const imports = Object.values(outputs).flatMap((output) => output.imports);
  const packages = imports.filter(({ path, external }) => external === true && !isBuiltin(path));
  return [...new Set(packages.map(({ path }) => path))];
}

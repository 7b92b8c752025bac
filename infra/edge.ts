/** Both edge functions as zips that are ready to upload, with a manifest. */

import { join } from "node:path";
import { type Artefact, pack } from "./artefact.ts";
import { type Baked, nodeTarget } from "./bundle.ts";
import { type Manifest, sha256Of } from "./manifest.ts";
import { requireWithinQuotas } from "./quota.ts";
import { sharpPackage } from "./sharp-package.ts";
import { writeWhole } from "./write-whole.ts";

export interface EdgeOptions {
  /** Where imgseal's own package.json, `src` and dependencies are. */
  readonly packageRoot: string;
  readonly version: string;
  readonly outDir: string;
  readonly viewerRequest: Baked["viewer-request"];
  readonly originResponse: Baked["origin-response"];
  readonly keyIds: readonly string[];
}

export interface EdgeBuild {
  readonly manifest: Manifest;
  readonly artefacts: readonly Artefact[];
}

/**
 * Writes viewer-request.zip (for its owner alone: it holds the keys), origin-response.zip, preset-table.json and
 * manifest.json to `outDir`: all of them, or none. Equal arguments give equal bytes.
 *
 * @throws TypeError when sources and derivatives share a bucket, or a key is private that need not be
 * @throws BuildError when a function is over a quota, or when npm cannot install sharp for linux-x64
 */
export async function buildEdge(options: EdgeOptions): Promise<EdgeBuild> {
  const { viewerRequest, originResponse, packageRoot, outDir } = options;
  refuseOneBucket(originResponse);
  refusePrivateKeys(viewerRequest.keys);
  const viewer = await pack("viewer-request", viewerRequest, options);
  requireWithinQuotas(viewer);
  const sharp = await sharpPackage({ packageRoot });
  const origin = await pack("origin-response", originResponse, options, {
    packages: { sharp: sharp.version },
    entries: sharp.entries,
  });
  requireWithinQuotas(origin);

  const { table, previous, sources, derivatives } = originResponse;
  const manifest: Manifest = {
    imgseal: options.version,
    runtimes: ["nodejs22.x", "nodejs24.x"],
    nodeTarget,
    presetTable: { file: "preset-table.json", sha256: sha256Of(tableText(table)) },
    ...(previous !== undefined && { previousTable: { sha256: sha256Of(tableText(previous)) } }),
    buckets: { sources, derivatives },
    keyIds: options.keyIds,
    isSharpLocked: sharp.isLocked,
    functions: { "viewer-request": viewer.manifest, "origin-response": origin.manifest },
  };
  await writeWhole([
    { path: join(outDir, viewer.manifest.zip), contents: viewer.archive, isPrivate: true },
    { path: join(outDir, origin.manifest.zip), contents: origin.archive },
    { path: join(outDir, manifest.presetTable.file), contents: tableText(table) },
    // Last: what it tells the digests of is in place.
    { path: join(outDir, "manifest.json"), contents: `${JSON.stringify(manifest, undefined, 2)}\n` },
  ]);
  return { manifest, artefacts: [viewer, origin] };
}

// An uploaded `cat.jpg/thumb.<revision>.webp` would BE the derivative.
function refuseOneBucket({ sources, derivatives }: Baked["origin-response"]): void {
  if (sources.bucket !== derivatives.bucket || sources.endpoint !== derivatives.endpoint) return;
  throw new TypeError(
    `expected sources and derivatives to be in two buckets, received "${sources.bucket}" for both: ` +
      "whoever may upload sources could then upload derivatives",
  );
}

// An edge function verifies. Where that takes no secret, whoever reads it must not be able to sign.
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

function tableText(table: Baked["origin-response"]["table"]): string {
  return `${JSON.stringify(table)}\n`;
}

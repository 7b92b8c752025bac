/** What a build made, in facts that can be held against what is deployed; it holds no key. */

import { createHash } from "node:crypto";
import type { Baked, FunctionName } from "./bundle.ts";
import type { ZipEntry } from "./zip.ts";

/**
 * "Quotas on Lambda@Edge" and "Lambda quotas" of the developer guides, in bytes and in the strict reading: 1 MB for the
 * zip of a function at a viewer event, 50 MB at an origin event, 250 MB unzipped.
 */
export const quotas = {
  "viewer-request": { zipBytes: 1_000_000, unzippedBytes: 250_000_000 },
  "origin-response": { zipBytes: 50_000_000, unzippedBytes: 250_000_000 },
} as const satisfies Record<FunctionName, object>;

export interface FunctionManifest {
  /** Relative to the manifest. */
  readonly zip: string;
  readonly handler: "index.handler";
  /** Hexadecimal, as sha256sum prints it. */
  readonly sha256: string;
  /** Base64, as Lambda tells it of a function (CodeSha256). */
  readonly codeSha256: string;
  readonly zipBytes: number;
  readonly zipQuotaBytes: number;
  readonly unzippedBytes: number;
  readonly unzippedQuotaBytes: number;
  /** The packages that lie beside the module, by version. */
  readonly packages: Readonly<Record<string, string>>;
}

export interface Manifest {
  readonly imgseal: string;
  /** Lambda's runtimes, any of which runs the functions. */
  readonly runtimes: readonly string[];
  readonly nodeTarget: string;
  readonly presetTable: { readonly file: string; readonly sha256: string };
  /** Of the table of the deployment before. */
  readonly previousTable?: { readonly sha256: string };
  /** As they are baked in; with an `endpoint` it is not AWS's S3 that the function asks. */
  readonly buckets: Pick<Baked["origin-response"], "sources" | "derivatives">;
  /** The ids alone; the first signs. */
  readonly keyIds: readonly string[];
  /** Whether sharp was held against the integrity in the project's package-lock.json. */
  readonly isSharpLocked: boolean;
  readonly functions: Readonly<Record<FunctionName, FunctionManifest>>;
}

export function describeFunction(
  name: FunctionName,
  archive: Uint8Array,
  entries: readonly ZipEntry[],
  packages: FunctionManifest["packages"],
): FunctionManifest {
  const sha256 = createHash("sha256").update(archive).digest();
  const { zipBytes, unzippedBytes } = quotas[name];
  return {
    zip: `${name}.zip`,
    handler: "index.handler",
    sha256: sha256.toString("hex"),
    codeSha256: sha256.toString("base64"),
    zipBytes: archive.length,
    zipQuotaBytes: zipBytes,
    unzippedBytes: entries.reduce((bytes, { contents }) => bytes + contents.length, 0),
    unzippedQuotaBytes: unzippedBytes,
    packages,
  };
}

/** Of a table in the text that is written to its file. */
export function sha256Of(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** One function as the zip that Lambda takes. */

import { type Baked, bundle, type FunctionName, type Module } from "./bundle.ts";
import { describeFunction, type FunctionManifest } from "./manifest.ts";
import { type ZipEntry, zip } from "./zip.ts";

export interface Artefact {
  readonly name: FunctionName;
  readonly archive: Uint8Array;
  readonly manifest: FunctionManifest;
  /** What is in the zip: index.mjs by module, then the files beside it; each largest first. */
  readonly parts: readonly Module[];
}

/** Packages that cannot be bundled. */
interface Beside {
  /** By version. */
  readonly packages: Readonly<Record<string, string>>;
  readonly entries: readonly ZipEntry[];
}

/** Bundles the function and packs it with what has to lie beside it. */
export async function pack<Name extends FunctionName>(
  name: Name,
  baked: Baked[Name],
  { packageRoot }: { readonly packageRoot: string },
  beside: Beside = { packages: {}, entries: [] },
): Promise<Artefact> {
  const { contents, modules, external } = await bundle(name, baked, { packageRoot });
  const missing = external.filter((imported) => !Object.hasOwn(beside.packages, imported));
  if (missing.length > 0)
    throw new Error(`${name} imports ${missing.join(", ")}, which is not laid beside it`);
  const entries = [{ path: "index.mjs", contents }, ...beside.entries];
  const archive = zip(entries);
  const files = beside.entries.map(({ path, contents }) => ({ path, bytes: contents.length }));
  return {
    name,
    archive,
    manifest: describeFunction(name, archive, entries, beside.packages),
    parts: [...modules, ...files.toSorted((a, b) => b.bytes - a.bytes || (a.path < b.path ? -1 : 1))],
  };
}

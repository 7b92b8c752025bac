/** The two folders of `imgseal serve`: the sources, and what was made of these sources and of no others. */

import { link, readFile, realpath } from "node:fs/promises";
import { basename, dirname, join, sep } from "node:path";
import { errnoOf, unlessAbsent } from "../store/failure.ts";
import { sha256Hex } from "../store/sha256.ts";
import { removeTemporary, temporaryPath, writeDurably } from "../store/temporary-files.ts";
import { UserError, usageError } from "./failure.ts";

export interface Folders {
  readonly sources: string;
  readonly derivatives: string;
}

/** Where derivatives are kept when nobody says: below this, in a folder for each folder of sources. */
export const defaultDerivatives = ".imgseal/derivatives";

/**
 * Both folders; without one for the derivatives, the one that is these sources' own.
 *
 * @throws UserError when the derivatives would lie around the sources
 */
export async function settleFolders(given: {
  readonly sources: string;
  readonly derivatives?: string;
}): Promise<Folders> {
  const sources = await realPathOf(given.sources);
  const derivatives = given.derivatives ?? join(defaultDerivatives, sha256Hex(sources).slice(0, 12));
  // One bucket for both is refused by `build`; this is the same for folders.
  const outer = await realPathOf(derivatives);
  if (sources === outer || sources.startsWith(outer.endsWith(sep) ? outer : outer + sep)) {
    throw usageError(
      `--sources and --derivatives need two folders, received ${given.sources} and ${derivatives}`,
    );
  }
  return { sources, derivatives };
}

/**
 * Takes a folder of derivatives for these sources, for good: a derivative's name says which key it was made of, and
 * not in which folder, so with other sources the same key would be answered with another folder's picture.
 *
 * @throws UserError when it was taken for others
 */
export async function claimDerivatives({ sources, derivatives }: Folders): Promise<void> {
  const file = join(derivatives, ".sources");
  const owner = (await readOwner(file)) ?? (await writeOwner(file, sources)) ?? (await readOwner(file));
  if (owner === sources) return;
  throw new UserError(
    `the derivatives in ${derivatives} were made of the sources in ${owner}, and --sources is ${sources}; ` +
      "name another folder with --derivatives, or delete that one",
  );
}

async function readOwner(file: string): Promise<string | undefined> {
  return (await unlessAbsent(readFile(file, "utf8")))?.replace(/\n$/, "");
}

/** Whole or not at all; nothing when another process was first. */
async function writeOwner(file: string, sources: string): Promise<string | undefined> {
  const temporary = temporaryPath(join(dirname(file), ".tmp"));
  try {
    await writeDurably(temporary, `${sources}\n`);
    await link(temporary, file);
    return sources;
  } catch (error) {
    if (errnoOf(error) === "EEXIST") return undefined;
    throw error;
  } finally {
    await removeTemporary(temporary);
  }
}

/** The real path, as far as there is one: a symbolic link must not hide that two folders are one. */
async function realPathOf(path: string): Promise<string> {
  const real = await unlessAbsent(realpath(path));
  if (real !== undefined) return real;
  const parent = dirname(path);
  return parent === path ? path : join(await realPathOf(parent), basename(path));
}

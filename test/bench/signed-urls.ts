/** Presets, a key, and signed URLs of both. */

import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { newKey } from "../../src/cli/new-key.ts";
import { compilePresets } from "../../src/presets/compile.ts";
import { parsePresets } from "../../src/presets/parse.ts";
import { lookup, type Preset, type PresetTable } from "../../src/presets/table.ts";
import { type KeySet, parseKeySet } from "../../src/urls/key-set.ts";
import { formatSignedUrl, type SignedUrl } from "../../src/urls/signed-url.ts";
import { signSync } from "../../src/urls/sync-signature.ts";

export interface Presets {
  readonly file: string;
  readonly keyFile: string;
  readonly table: PresetTable;
  readonly keys: KeySet;
  named(name: string): Preset;
  /** The path and query of a signed URL; unless `exp` says otherwise, it is good for a day. */
  sign(url: Omit<SignedUrl, "kid" | "sig" | "grant">): string;
}

const lifetimeSeconds = 86_400;

/** Reads a presets file. */
export async function readTable(file: string): Promise<PresetTable> {
  return compilePresets(parsePresets(await readFile(file, "utf8"), file));
}

/** Reads a presets file, and makes a key for it in the folder. */
export async function readPresets(file: string, folder: string): Promise<Presets> {
  const table = await readTable(file);
  const jwkSet = { keys: [newKey("bench")] };
  const keyFile = join(folder, "bench.keys.json");
  await writeFile(keyFile, JSON.stringify(jwkSet), { mode: 0o600 });
  const keys = parseKeySet(jwkSet);
  const exp = Math.floor(Date.now() / 1000) + lifetimeSeconds;
  return {
    file,
    keyFile,
    table,
    keys,
    named: (name) => lookup(table, name),
    sign: (url) => formatSignedUrl(signSync({ exp, ...url }, keys.signingKeyAt(0))),
  };
}

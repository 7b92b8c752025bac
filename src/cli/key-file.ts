/** Reading and writing the key file. No message says what is in it. */

import { randomBytes } from "node:crypto";
import { link, open, realpath, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { errnoOf, unlessAbsent } from "../store/failure.ts";
import { requirePair } from "../urls/jws-node.ts";
import type { Key } from "../urls/key.ts";
import { type KeySet, parseKeySet } from "../urls/key-set.ts";
import { blamingInput, UserError } from "./failure.ts";
import { type Terminal, warn } from "./terminal.ts";
import { readTextFile } from "./text-file.ts";

/** The members of a JWK Set as they are in the file, those too that are not ours. */
export interface JwkSet {
  readonly keys: readonly unknown[];
}

export interface KeyFile {
  readonly jwkSet: JwkSet;
  readonly keys: KeySet;
}

/**
 * Reads and checks a key file, and warns when others can read it as well.
 *
 * @throws UserError
 */
export async function readKeyFile(file: string, terminal: Terminal): Promise<KeyFile> {
  const text = await readTextFile(file, "a key file");
  if (text === undefined) {
    throw new UserError(
      `there is no key file at ${file}; make one with "imgseal keygen ${file}", or name yours with --keys FILE or IMGSEAL_KEYS`,
    );
  }
  const jwkSet = parseJson(text, file);
  if (!isJwkSet(jwkSet)) throw new UserError(`${file}: expected a JWK Set: an object with an array "keys"`);
  const keys = await blamingInput(() => parsePairs(jwkSet), {
    inOurWords: (message) => `${file}: ${message}`,
  });
  // Public keys are for everybody.
  if (keys.keys.some(({ canSign }) => canSign)) await warnIfOpen(file, terminal);
  return { jwkSet, keys };
}

/**
 * The key of the file that signs now.
 *
 * @throws UserError
 */
export function requireSigningKey({ keys }: KeyFile, file: string, { nowMilliseconds }: Terminal): Key {
  const key = keys.findSigningKey(Math.floor(nowMilliseconds() / 1000));
  if (key !== undefined) return key;
  throw new UserError(
    `${file} has no key that can sign now: its keys are public halves, or their time (nbf, exp) has not come or is over`,
  );
}

/**
 * Writes a new key file, mode 0600, whole or not at all.
 *
 * @returns false when there is a file of that name, which stays as it is
 */
export async function createKeyFile(file: string, jwkSet: JwkSet): Promise<boolean> {
  const temporary = await writeBeside(file, jwkSet, 0o600);
  try {
    // link(2) fails where a name exists; rename(2) would replace it.
    await link(temporary, file);
    return true;
  } catch (error) {
    if (errnoOf(error) === "EEXIST") return false;
    throw error;
  } finally {
    await rm(temporary);
  }
}

/** Replaces a key file by another one with the same mode; at every moment there is a whole one. */
export async function replaceKeyFile(file: string, jwkSet: JwkSet): Promise<void> {
  // The file that a symbolic link leads to, and not the link.
  const path = await realpath(file);
  const { mode } = await stat(path);
  const temporary = await writeBeside(path, jwkSet, mode & 0o777);
  try {
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary);
    throw error;
  }
}

/** A file in the same folder, and so on the same disk; its mode is right before the first byte is in it. */
async function writeBeside(file: string, jwkSet: JwkSet, mode: number): Promise<string> {
  const folder = dirname(file);
  // What a crash leaves behind holds a key as well, and *.keys.json is what a repository ignores.
  const path = join(folder, `.${randomBytes(6).toString("hex")}.keys.json`);
  const handle = await unlessAbsent(open(path, "wx", 0o600));
  if (handle === undefined) throw new UserError(`there is no folder ${folder}`);
  try {
    await handle.chmod(mode);
    await handle.writeFile(`${JSON.stringify(jwkSet, undefined, 2)}\n`);
    await handle.sync();
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  } finally {
    await handle.close();
  }
  return path;
}

function parsePairs(jwkSet: JwkSet): KeySet {
  const keys = parseKeySet(jwkSet);
  keys.keys.forEach(requirePair);
  return keys;
}

async function warnIfOpen(file: string, terminal: Terminal): Promise<void> {
  // Windows has no such mode bits.
  if (process.platform === "win32") return;
  const { mode } = await stat(file);
  if ((mode & 0o077) === 0) return;
  const octal = (mode & 0o777).toString(8).padStart(4, "0");
  warn(terminal, `others can open ${file} (mode ${octal}); whoever has it can sign URLs: chmod 600 ${file}`);
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's own message quotes the text, and so perhaps a key.
    throw new UserError(`${file} is not JSON; a key file is a JWK Set, as "imgseal keygen" makes it`);
  }
}

function isJwkSet(json: unknown): json is JwkSet {
  return typeof json === "object" && json !== null && "keys" in json && Array.isArray(json.keys);
}

/** `imgseal keygen`: makes a key, in a new key file or beside the keys of an old one. */

import { type Command, InvalidArgumentError } from "commander";
import { parseKeySet } from "../urls/key-set.ts";
import { UserError, usageError } from "./failure.ts";
import { type FileOptions, keysOption, presetsOption } from "./file-options.ts";
import { createKeyFile, readKeyFile, replaceKeyFile } from "./key-file.ts";
import { newKey, newKid } from "./new-key.ts";
import type { Terminal } from "./terminal.ts";

interface Options extends FileOptions {
  readonly kid?: string;
  readonly add?: true;
  readonly json?: true;
}

const help = `
The file is a JWK Set (RFC 7517) that only you can read (mode 0600). Keep it out of version control. An existing file
is never overwritten.

Rotation: every key of the set verifies, and the first one signs.
  1. imgseal keygen --add           adds a key at the end: it verifies, and does not sign yet
  2. deploy the set to everything that verifies
  3. move the new key to the front of "keys": from now on it signs
  4. once the last URL of the old key has expired, delete the old key

Examples:
  $ imgseal keygen                           imgseal.keys.json in this folder
  $ imgseal keygen production.keys.json --kid prod-2026
  $ imgseal keygen production.keys.json --add`;

/** Declares the command. */
export function addKeygen(program: Command, terminal: Terminal): void {
  const command = program
    .command("keygen")
    .summary("make a signing key")
    .description("Makes a signing key: 32 random bytes for HS256.")
    .argument("[file]", "the key file to make (default: what --keys says)")
    .option("--kid <id>", "key id, 1 to 32 characters of A-Z a-z 0-9 _ - (default: k-DATE-xxxx)", parseKid)
    .option("--add", "add the key to an existing file, for rotation")
    .addOption(presetsOption())
    .addOption(keysOption())
    .option("--json", "print the file and the key id as JSON")
    .addHelpText("after", help);
  command.action(async (argument: string | undefined, { keys, kid, add, json }: Options) => {
    if (argument !== undefined && command.getOptionValueSource("keys") === "cli" && argument !== keys) {
      throw usageError(`two files are named, ${argument} and ${keys}; the key can go into one`);
    }
    const file = argument ?? keys;
    const made = await (add === true ? addKey : createKey)(
      file,
      kid ?? newKid(terminal.nowMilliseconds()),
      terminal,
    );
    if (json === true) terminal.out(JSON.stringify({ file, ...made }));
    else terminal.out(inWords(file, made));
  });
}

interface Made {
  readonly kid: string;
  /** The key that signs. */
  readonly signingKid: string;
}

async function createKey(file: string, kid: string): Promise<Made> {
  if (await createKeyFile(file, { keys: [newKey(kid)] })) return { kid, signingKid: kid };
  throw new UserError(
    `${file} exists and is never overwritten; add a key to it with --add, or name another file`,
  );
}

async function addKey(file: string, kid: string, terminal: Terminal): Promise<Made> {
  const { jwkSet, keys } = await readKeyFile(file, terminal);
  if (keys.find(kid) !== undefined) throw new UserError(`${file} has a key with the kid ${kid} already`);
  await replaceKeyFile(file, { ...jwkSet, keys: [...jwkSet.keys, newKey(kid)] });
  return { kid, signingKid: keys.signingKeyAt(Math.floor(terminal.nowMilliseconds() / 1000)).kid };
}

function parseKid(kid: string): string {
  try {
    parseKeySet({ keys: [newKey(kid)] });
    return kid;
  } catch {
    throw new InvalidArgumentError("Expected 1 to 32 characters of A-Z a-z 0-9 _ -");
  }
}

function inWords(file: string, { kid, signingKid }: Made): string {
  if (kid === signingKid) return `made the key ${kid} in ${file}`;
  return [
    `added the key ${kid} to ${file}: it verifies, and ${signingKid} still signs`,
    `next: deploy the set, then move ${kid} to the front of "keys" to sign with it (imgseal keygen --help)`,
  ].join("\n");
}

/** `imgseal keygen`: makes a key, in a new key file or beside the keys of an old one; and prints the public halves. */

import { type Command, InvalidArgumentError, Option } from "commander";
import { publicJwks } from "../urls/edge-keys.ts";
import { type Algorithm, algorithms } from "../urls/key.ts";
import { parseKeySet } from "../urls/key-set.ts";
import { UserError, usageError } from "./failure.ts";
import { type FileOptions, keysOption, presetsOption } from "./file-options.ts";
import { createKeyFile, readKeyFile, replaceKeyFile } from "./key-file.ts";
import { newKey, newKeyPair, newKid } from "./new-key.ts";
import { type Terminal, warn } from "./terminal.ts";

interface Options extends FileOptions {
  readonly kid?: string;
  readonly alg: Algorithm;
  readonly add?: true;
  readonly public?: true;
  readonly json?: true;
}

const help = `
The file is a JWK Set (RFC 7517) that only you can read (mode 0600). Keep it out of version control. An existing file
is never overwritten.

HS256 is one secret that signs and verifies: the edge holds it too. Ed25519 is a pair: the edge holds the public half
alone, and whoever reads it there cannot sign. --public prints the public halves, for whatever only verifies.

Rotation: every key of the set verifies, and the first one signs.
  1. imgseal keygen --add           adds a key at the end: it verifies, and does not sign yet
  2. deploy the set to everything that verifies
  3. move the new key to the front of "keys": from now on it signs
  4. once the last URL of the old key has expired, delete the old key
A key may carry "nbf" and "exp" in unix seconds: it signs and verifies only between them. A new key with an "nbf" can
then stand in front from the beginning.

Examples:
  $ imgseal keygen                           imgseal.keys.json in this folder
  $ imgseal keygen production.keys.json --kid prod-2026
  $ imgseal keygen production.keys.json --add
  $ imgseal keygen production.keys.json --alg Ed25519
  $ imgseal keygen production.keys.json --public > edge.keys.json`;

/** Declares the command. */
export function addKeygen(program: Command, terminal: Terminal): void {
  const command = program
    .command("keygen")
    .summary("make a signing key")
    .description("Makes a signing key: 32 random bytes for HS256, or a key pair for Ed25519.")
    .argument("[file]", "the key file to make (default: what --keys says)")
    .option("--kid <id>", "key id, 1 to 32 characters of A-Z a-z 0-9 _ - (default: k-DATE-xxxx)", parseKid)
    .addOption(
      new Option("--alg <algorithm>", "the key's algorithm")
        .choices(Object.keys(algorithms))
        .default("HS256"),
    )
    .option("--add", "add the key to an existing file, for rotation")
    .addOption(
      new Option(
        "--public",
        "make nothing, and print the public halves of the file's Ed25519 keys",
      ).conflicts(["kid", "add"]),
    )
    .addOption(presetsOption())
    .addOption(keysOption())
    .option("--json", "print the file and the key id as JSON")
    .addHelpText("after", help);
  command.action(async (argument: string | undefined, options: Options) => {
    const { keys, kid = newKid(terminal.nowMilliseconds()), alg, add, json } = options;
    if (argument !== undefined && command.getOptionValueSource("keys") === "cli" && argument !== keys) {
      throw usageError(`two files are named, ${argument} and ${keys}; the key can go into one`);
    }
    const file = argument ?? keys;
    if (options.public === true) return printPublicKeys(file, terminal);
    const key = { HS256: newKey, Ed25519: newKeyPair }[alg](kid);
    const made = await (add === true ? addKey : createKey)(file, key, terminal);
    if (json === true) terminal.out(JSON.stringify({ file, ...made }));
    else terminal.out(inWords(file, made));
  });
}

type NewKey = ReturnType<typeof newKey> | ReturnType<typeof newKeyPair>;

interface Made {
  readonly kid: string;
  /** The key that signs. */
  readonly signingKid: string;
}

async function createKey(file: string, key: NewKey): Promise<Made> {
  if (await createKeyFile(file, { keys: [key] })) return { kid: key.kid, signingKid: key.kid };
  throw new UserError(
    `${file} exists and is never overwritten; add a key to it with --add, or name another file`,
  );
}

async function addKey(file: string, key: NewKey, terminal: Terminal): Promise<Made> {
  const { jwkSet, keys } = await readKeyFile(file, terminal);
  const { kid } = key;
  if (keys.find(kid) !== undefined) throw new UserError(`${file} has a key with the kid ${kid} already`);
  const added = { ...jwkSet, keys: [...jwkSet.keys, key] };
  await replaceKeyFile(file, added);
  const nowSeconds = Math.floor(terminal.nowMilliseconds() / 1000);
  return { kid, signingKid: parseKeySet(added).signingKeyAt(nowSeconds).kid };
}

async function printPublicKeys(file: string, terminal: Terminal): Promise<void> {
  const { jwkSet, keys } = await readKeyFile(file, terminal);
  const secret = keys.keys.filter(({ alg }) => alg === "HS256").map(({ kid }) => kid);
  const jwks = publicJwks(jwkSet.keys);
  if (jwks.length === 0) {
    throw new UserError(
      `${file} has no Ed25519 key, and HS256 has no public half; make one with --alg Ed25519`,
    );
  }
  if (secret.length > 0) {
    warn(
      terminal,
      `left out ${secret.join(", ")}: HS256 has no public half, and what it signed will not verify`,
    );
  }
  terminal.out(JSON.stringify({ keys: jwks }, undefined, 2));
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

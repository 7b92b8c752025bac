/** The mathematics of both algorithms in Node, without awaiting anything: over any JWS signing input (RFC 7515 5). */

import {
  createHmac,
  createPrivateKey,
  createPublicKey,
  type KeyObject,
  sign,
  timingSafeEqual,
  verify,
} from "node:crypto";
import { type Ed25519Jwk, halvesDiffer, type Key, type KeyOf } from "./key.ts";

/**
 * The signature in base64url.
 *
 * @throws TypeError for an Ed25519 key whose halves do not belong together
 */
export function signInNode(input: string, key: Key): string {
  const signature =
    key.alg === "HS256" ? hmac(input, key) : sign(undefined, Buffer.from(input), privateKey(key));
  return signature.toString("base64url");
}

/** Whether the signature is the key's, of exactly this input. */
export function isAuthenticInNode(input: string, signature: string, key: Key): boolean {
  const octets = Buffer.from(signature, "base64url");
  if (key.alg === "Ed25519") {
    return verify(undefined, Buffer.from(input), imported(key.verifying(), createPublicKey), octets);
  }
  const expected = hmac(input, key);
  return octets.length === expected.length && timingSafeEqual(octets, expected);
}

function hmac(input: string, key: KeyOf<"HS256">): Buffer {
  return createHmac("sha256", key.verifying()).update(input).digest();
}

/** Importing costs as much as verifying, so each key is imported once. */
const importedKeys = new WeakMap<Ed25519Jwk, KeyObject>();

function privateKey(key: KeyOf<"Ed25519">): KeyObject {
  return imported(key.signing(), (jwk) => {
    const keyObject = createPrivateKey(jwk);
    // Node takes `d` alone and never looks at `x`.
    if (createPublicKey(keyObject).export({ format: "jwk" }).x !== jwk.key.x) throw halvesDiffer(key);
    return keyObject;
  });
}

function imported(
  jwk: Ed25519Jwk,
  importKey: (input: {
    readonly key: Ed25519Jwk & Record<string, string>;
    readonly format: "jwk";
  }) => KeyObject,
): KeyObject {
  let keyObject = importedKeys.get(jwk);
  if (keyObject === undefined) {
    keyObject = importKey({ key: { ...jwk }, format: "jwk" });
    importedKeys.set(jwk, keyObject);
  }
  return keyObject;
}

/**
 * Refuses an Ed25519 key whose private half belongs to another public half.
 *
 * @throws TypeError
 */
export function requirePair(key: Key): void {
  if (key.alg === "Ed25519" && key.canSign) privateKey(key);
}

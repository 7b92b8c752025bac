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
import type { Ed25519Jwk, Key } from "./key.ts";

/** The signature in base64url. */
export function signInNode(input: string, key: Key): string {
  const signature =
    key.alg === "HS256"
      ? createHmac("sha256", key.verifying()).update(input).digest()
      : sign(undefined, Buffer.from(input), imported(key.signing(), createPrivateKey));
  return signature.toString("base64url");
}

/** Whether the signature is the key's, of exactly this input. */
export function isAuthenticInNode(input: string, signature: string, key: Key): boolean {
  const octets = Buffer.from(signature, "base64url");
  if (key.alg === "Ed25519") {
    return verify(undefined, Buffer.from(input), imported(key.verifying(), createPublicKey), octets);
  }
  const expected = createHmac("sha256", key.verifying()).update(input).digest();
  return octets.length === expected.length && timingSafeEqual(octets, expected);
}

/** Importing costs as much as verifying, so each key is imported once. */
const importedKeys = new WeakMap<Ed25519Jwk, KeyObject>();

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

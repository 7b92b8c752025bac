/** New keys, as JWKs (RFC 7517; RFC 7518 6.4, RFC 8037 2). */

import { generateKeyPairSync, randomBytes } from "node:crypto";
import type { Algorithm } from "../urls/key.ts";
import { minKeyBytes } from "../urls/key-set.ts";

interface Described {
  readonly kty: string;
  readonly kid: string;
  readonly alg: Algorithm;
  readonly use: "sig";
}

export interface HmacJwk extends Described {
  /** The secret. */
  readonly k: string;
}

export interface Ed25519KeyPair extends Described {
  readonly crv: string;
  /** The public half. */
  readonly x: string;
  /** The private half. */
  readonly d: string;
}

/** A key for HS256, of as many random bytes as the hash has. */
export function newKey(kid: string): HmacJwk {
  return { kty: "oct", kid, alg: "HS256", use: "sig", k: randomBytes(minKeyBytes).toString("base64url") };
}

/** A key pair for Ed25519. */
export function newKeyPair(kid: string): Ed25519KeyPair {
  const { crv, x, d } = generateKeyPairSync("ed25519").privateKey.export({ format: "jwk" });
  if (crv === undefined || x === undefined || d === undefined) throw new Error("node:crypto made half a key");
  return { kty: "OKP", kid, alg: "Ed25519", use: "sig", crv, x, d };
}

/** `k-20261123-9f3a`: says when the key was made, and differs from the others of that day. */
export function newKid(nowMilliseconds: number): string {
  const day = new Date(nowMilliseconds).toISOString().slice(0, 10).replaceAll("-", "");
  return `k-${day}-${randomBytes(2).toString("hex")}`;
}

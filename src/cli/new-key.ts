/** A new key for HS256, as a JWK (RFC 7517, RFC 7518 6.4). */

import { randomBytes } from "node:crypto";
import { algorithms } from "../urls/key.ts";
import { minKeyBytes } from "../urls/key-set.ts";

export interface Jwk {
  readonly kty: string;
  readonly kid: string;
  readonly alg: string;
  readonly use: string;
  /** The secret. */
  readonly k: string;
}

/** A key of as many random bytes as the hash has. */
export function newKey(kid: string): Jwk {
  const { kty } = algorithms.HS256;
  return { kty, kid, alg: "HS256", use: "sig", k: randomBytes(minKeyBytes).toString("base64url") };
}

/** `k-20261123-9f3a`: says when the key was made, and differs from the others of that day. */
export function newKid(nowMilliseconds: number): string {
  const day = new Date(nowMilliseconds).toISOString().slice(0, 10).replaceAll("-", "");
  return `k-${day}-${randomBytes(2).toString("hex")}`;
}

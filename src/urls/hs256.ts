/**
 * Sign and verify HS256 in Node without awaiting anything: the hot path, over the same signing input as
 * signature.ts.
 */

import { createHmac, timingSafeEqual } from "node:crypto";
import type { Key, KeyOf } from "./key.ts";
import { canonicalTarget, type SignedClaims, type SignedUrl } from "./signed-url.ts";
import { requireSignature, requireValid, type Verification } from "./verification.ts";

/** The URL with its `kid` and `sig`. */
export function signHs256<Url extends SignedClaims>(url: Url, key: Key): Url & { kid: string; sig: string } {
  return { ...url, kid: key.kid, sig: hmac(url, key).toString("base64url") };
}

/**
 * Accepts a URL that is rightly signed and not expired.
 *
 * @throws ImgsealError SIGNATURE_MISSING, KEY_UNKNOWN, SIGNATURE_INVALID, URL_EXPIRED
 */
export function verifyHs256(url: SignedUrl, verification: Verification): void {
  const { key, signature } = requireSignature(url, verification);
  const isAuthentic = timingSafeEqual(Buffer.from(signature, "base64url"), hmac(url, key));
  requireValid(url, isAuthentic, verification);
}

function hmac(url: SignedClaims, key: Key): Buffer {
  return createHmac("sha256", requireHmacKey(key).verifying())
    .update(`${key.protectedHeader}.${canonicalTarget(url)}`)
    .digest();
}

/** A public key taken for a secret would let everybody sign who knows it (RFC 8725 2.1). */
function requireHmacKey(key: Key): KeyOf<"HS256"> {
  if (key.alg === "HS256") return key;
  throw new TypeError(`expected a key for HS256, "${key.kid}" is for ${key.alg}`);
}

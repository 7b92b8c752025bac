/**
 * Sign and verify on any JavaScript runtime, with jose over WebCrypto: a detached JWS with unencoded payload
 * (RFC 7515 appendix F, RFC 7797).
 */

import { errors, FlattenedSign, flattenedVerify } from "jose";
import type { Key } from "./key.ts";
import { canonicalTarget, type SignedClaims, type SignedUrl } from "./signed-url.ts";
import { requireSignature, requireValid, type Verification } from "./verification.ts";

const utf8 = new TextEncoder();

/** The URL with its `kid` and `sig`. */
export async function sign<Url extends SignedClaims>(
  url: Url,
  key: Key,
): Promise<Url & { kid: string; sig: string }> {
  const { signature } = await new FlattenedSign(utf8.encode(canonicalTarget(url)))
    .setProtectedHeader(key.header())
    .sign(key.signing());
  return { ...url, kid: key.kid, sig: signature };
}

/**
 * Accepts a URL that is rightly signed and not expired.
 *
 * @throws ImgsealError SIGNATURE_MISSING, KEY_UNKNOWN, SIGNATURE_INVALID, URL_EXPIRED
 */
export async function verify(url: SignedUrl, verification: Verification): Promise<void> {
  const { key, signature } = requireSignature(url, verification);
  requireValid(url, await isAuthentic(url, key, signature), verification);
}

async function isAuthentic(url: SignedUrl, key: Key, signature: string): Promise<boolean> {
  const jws = { protected: key.protectedHeader, payload: utf8.encode(canonicalTarget(url)), signature };
  try {
    await flattenedVerify(jws, key.verifying(), { algorithms: [key.alg] });
    return true;
  } catch (error) {
    if (error instanceof errors.JWSSignatureVerificationFailed) return false;
    throw error;
  }
}

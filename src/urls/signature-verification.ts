/** Verifies on any JavaScript runtime what signature.ts signs, with jose over WebCrypto. */

import { errors, flattenedVerify } from "jose";
import { utf8 } from "./base64url.ts";
import type { Key } from "./key.ts";
import { canonicalTarget, type SignedUrl } from "./signed-url.ts";
import { requireSignature, requireValid, type Verification } from "./verification.ts";

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

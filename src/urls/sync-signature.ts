/**
 * Sign and verify URLs in Node without awaiting anything: the hot path, over the same signing input as signature.ts. The
 * key decides the algorithm, never the URL (RFC 8725 3.1).
 */

import { isAuthenticInNode, signInNode } from "./jws-node.ts";
import type { Key } from "./key.ts";
import { canonicalTarget, type SignedClaims, type SignedUrl } from "./signed-url.ts";
import { requireSignature, requireValid, type Verification } from "./verification.ts";

/**
 * The URL with its `kid` and `sig`.
 *
 * @throws TypeError for an Ed25519 key whose halves do not belong together
 */
export function signSync<Url extends SignedClaims>(url: Url, key: Key): Url & { kid: string; sig: string } {
  return { ...url, kid: key.kid, sig: signInNode(signingInput(url, key), key) };
}

/**
 * Accepts a URL that is rightly signed and not expired.
 *
 * @throws ImgsealError SIGNATURE_MISSING, KEY_UNKNOWN, SIGNATURE_INVALID, URL_EXPIRED
 */
export function verifySync(url: SignedUrl, verification: Verification): void {
  const { key, signature } = requireSignature(url, verification);
  requireValid(url, isAuthenticInNode(signingInput(url, key), signature, key), verification);
}

/** What a key signs of a URL (RFC 7797 3). */
export function signingInput(url: SignedClaims, key: Key): string {
  return `${key.protectedHeader}.${canonicalTarget(url)}`;
}

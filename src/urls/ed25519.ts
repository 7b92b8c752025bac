/** Sign and verify URLs with Ed25519 (RFC 8037, RFC 9864) in Node, over the same signing input as signature.ts. */

import { isAuthenticInNode, signInNode } from "./jws-node.ts";
import type { Key } from "./key.ts";
import { canonicalTarget, type SignedClaims, type SignedUrl } from "./signed-url.ts";
import { requireSignature, requireValid, type Verification } from "./verification.ts";

/** The URL with its `kid` and `sig`. */
export function signEd25519<Url extends SignedClaims>(
  url: Url,
  key: Key,
): Url & { kid: string; sig: string } {
  return { ...url, kid: key.kid, sig: signInNode(signingInput(url, key), key) };
}

/**
 * Accepts a URL that is rightly signed and not expired.
 *
 * @throws ImgsealError SIGNATURE_MISSING, KEY_UNKNOWN, SIGNATURE_INVALID, URL_EXPIRED
 */
export function verifyEd25519(url: SignedUrl, verification: Verification): void {
  const { key, signature } = requireSignature(url, verification);
  requireValid(url, isAuthenticInNode(signingInput(url, key), signature, key), verification);
}

function signingInput(url: SignedClaims, key: Key): string {
  return `${key.protectedHeader}.${canonicalTarget(url)}`;
}

/** Sign and verify in Node with whatever algorithm the key has. The key decides, never the URL (RFC 8725 3.1). */

import { signEd25519, verifyEd25519 } from "./ed25519.ts";
import { signHs256, verifyHs256 } from "./hs256.ts";
import type { Algorithm, Key } from "./key.ts";
import type { SignedClaims, SignedUrl } from "./signed-url.ts";
import type { Verification } from "./verification.ts";

const signers = { HS256: signHs256, Ed25519: signEd25519 } as const satisfies Record<Algorithm, unknown>;
const verifiers = { HS256: verifyHs256, Ed25519: verifyEd25519 } as const satisfies Record<
  Algorithm,
  unknown
>;

/** The URL with its `kid` and `sig`. */
export function signSync<Url extends SignedClaims>(url: Url, key: Key): Url & { kid: string; sig: string } {
  return signers[key.alg](url, key);
}

/**
 * Accepts a URL that is rightly signed and not expired.
 *
 * @throws ImgsealError SIGNATURE_MISSING, KEY_UNKNOWN, SIGNATURE_INVALID, URL_EXPIRED
 */
export function verifySync(url: SignedUrl, verification: Verification): void {
  const key = url.kid === undefined ? undefined : verification.keys.find(url.kid);
  verifiers[key?.alg ?? "HS256"](url, verification);
}

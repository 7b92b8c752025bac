/** Issue and verify grants in Node, without awaiting anything. */

import { ImgsealError } from "../errors.ts";
import { type GrantClaims, grantSigningInput, parseGrant, parseGrantClaims, requireScope } from "./grant.ts";
import { isAuthenticInNode, signInNode } from "./jws-node.ts";
import type { Key } from "./key.ts";
import type { SignedUrl } from "./signed-url.ts";
import { requireInTime, type Verification } from "./verification.ts";

/** The token. */
export function signGrantSync(claims: GrantClaims, key: Key): string {
  const input = grantSigningInput(claims, key);
  return `${input}.${signInNode(input, key)}`;
}

// As for URLs: one object for all that are forged.
const mismatch = /* @__PURE__ */ Object.freeze(
  /* @__PURE__ */ new ImgsealError("GRANT_INVALID", "the signature does not match the grant"),
);

/**
 * Accepts a URL that its grant opens now. As with a signed URL, the signature comes first, then the time, then the rest.
 *
 * @returns the kid of the grant's key
 * @throws ImgsealError GRANT_INVALID, KEY_UNKNOWN, URL_EXPIRED, GRANT_SCOPE
 */
export function verifyGrant(url: SignedUrl, token: string, verification: Verification): string {
  const { signingInput, signature, key, payload } = parseGrant(token, verification);
  if (!isAuthenticInNode(signingInput, signature, key)) {
    throw mismatch;
  }
  const claims = parseGrantClaims(payload);
  requireInTime("grant", claims.exp, verification);
  const { nbf = 0 } = claims;
  if (verification.nowSeconds < nbf) {
    throw new ImgsealError("URL_EXPIRED", `the grant begins at ${nbf}, it is ${verification.nowSeconds} now`);
  }
  requireScope(url, claims);
  return key.kid;
}

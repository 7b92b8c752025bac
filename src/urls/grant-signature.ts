/** Issues grants on any JavaScript runtime, with jose over WebCrypto. */

import { CompactSign } from "jose";
import { formatGrantClaims, type GrantClaims, grantHeader } from "./grant.ts";
import type { Key } from "./key.ts";

/** The token. */
export async function signGrant(claims: GrantClaims, key: Key): Promise<string> {
  return new CompactSign(new TextEncoder().encode(formatGrantClaims(claims)))
    .setProtectedHeader(grantHeader(key))
    .sign(key.signing());
}

/**
 * Signs on any JavaScript runtime, with jose over WebCrypto: URLs as a detached JWS with unencoded payload (RFC 7515
 * appendix F, RFC 7797), and grants as a JWT.
 */

import { CompactSign, FlattenedSign } from "jose";
import { utf8 } from "./base64url.ts";
import { formatGrantClaims, type GrantClaims, grantHeader } from "./grant.ts";
import { halvesDiffer, type Key } from "./key.ts";
import { canonicalTarget, type SignedClaims } from "./signed-url.ts";

/**
 * The URL with its `kid` and `sig`.
 *
 * @throws TypeError for an Ed25519 key whose halves do not belong together
 */
export async function sign<Url extends SignedClaims>(
  url: Url,
  key: Key,
): Promise<Url & { kid: string; sig: string }> {
  const jws = new FlattenedSign(utf8.encode(canonicalTarget(url))).setProtectedHeader(key.header());
  const { signature } = await jws.sign(key.signing()).catch(inOurWords(key));
  return { ...url, kid: key.kid, sig: signature };
}

/**
 * The token of a grant.
 *
 * @throws TypeError for an Ed25519 key whose halves do not belong together
 */
export async function signGrant(claims: GrantClaims, key: Key): Promise<string> {
  const jws = new CompactSign(utf8.encode(formatGrantClaims(claims))).setProtectedHeader(grantHeader(key));
  return jws.sign(key.signing()).catch(inOurWords(key));
}

/** What WebCrypto says of such a key is "Invalid keyData". */
function inOurWords(key: Key): (error: unknown) => never {
  return (error) => {
    throw error instanceof Error && error.name === "DataError" ? halvesDiffer(key) : error;
  };
}

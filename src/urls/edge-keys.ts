/** What the edge has to know of the keys, which is less than what signs. */

import { isObject } from "./json.ts";

type Jwk = Readonly<Record<string, unknown>>;

// Named one by one: whatever else stands in a key file stays there.
const described = ["kty", "kid", "alg", "use", "nbf", "exp"];
const verifying: Readonly<Record<string, readonly string[]>> = { OKP: ["crv", "x"], oct: ["k"] };

/**
 * Of each key of a JWK Set what verifies: the public half of an Ed25519 key, and the secret of HS256, which has no
 * public half.
 *
 * @param jwks as `parseKeySet` has accepted them
 */
export function edgeJwks(jwks: readonly unknown[]): readonly Jwk[] {
  return jwks.filter(isObject).map((jwk) => {
    const members = [...described, ...(verifying[String(jwk.kty)] ?? [])];
    return Object.fromEntries(Object.entries(jwk).filter(([name]) => members.includes(name)));
  });
}

/** The public halves alone. */
export function publicJwks(jwks: readonly unknown[]): readonly Jwk[] {
  return edgeJwks(jwks).filter(({ kty }) => kty === "OKP");
}

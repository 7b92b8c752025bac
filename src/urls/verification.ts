/**
 * When a signed URL is accepted: the one policy of both implementations, before and after the signature's
 * own mathematics.
 */

import { ImgsealError } from "../errors.ts";
import type { PresetTable } from "../presets/table.ts";
import type { Algorithm, Key } from "./key.ts";
import type { KeySet } from "./key-set.ts";
import type { SignedUrl } from "./signed-url.ts";

export interface Verification {
  readonly keys: KeySet;
  readonly signing: PresetTable["signing"];
  readonly nowSeconds: number;
}

/** Every canonical base64url spelling of a signature: the last character carries bits that must be zero. */
export const signaturePatterns: Readonly<Record<Algorithm, RegExp>> = {
  // 43 characters carry 32 bytes and two bits more.
  HS256: /^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/,
  // 86 characters carry 64 bytes and four bits more.
  Ed25519: /^[A-Za-z0-9_-]{85}[AQgw]$/,
};

/**
 * The key that a URL claims to be signed with, and a signature of the right form for it.
 *
 * @throws ImgsealError SIGNATURE_MISSING, KEY_UNKNOWN, SIGNATURE_INVALID
 */
export function requireSignature(
  { kid, sig }: SignedUrl,
  verification: Pick<Verification, "keys" | "nowSeconds">,
): { readonly key: Key; readonly signature: string } {
  if (sig === undefined) throw new ImgsealError("SIGNATURE_MISSING", 'the URL has no "sig"');
  if (kid === undefined) throw new ImgsealError("SIGNATURE_MISSING", 'the URL has no "kid"');
  const key = requireKey(kid, verification);
  // One spelling only: a decoder that ignores padding and left-over bits would make many URLs of one
  // signature.
  if (!signaturePatterns[key.alg].test(sig)) {
    throw new ImgsealError("SIGNATURE_INVALID", `the signature is not canonical base64url of ${key.alg}`);
  }
  return { key, signature: sig };
}

/**
 * The key of that kid, in the time for which it was made.
 *
 * @throws ImgsealError KEY_UNKNOWN
 */
export function requireKey(
  kid: string,
  { keys, nowSeconds }: Pick<Verification, "keys" | "nowSeconds">,
): Key {
  const key = keys.find(kid);
  if (key === undefined) throw new ImgsealError("KEY_UNKNOWN", `no key has the kid "${kid}"`);
  if (key.isValidAt(nowSeconds)) return key;
  const { nbf, exp } = key.window;
  const window = nowSeconds < nbf ? `begins at ${nbf}` : `ended at ${exp}`;
  throw new ImgsealError("KEY_UNKNOWN", `the time of the key "${kid}" ${window}, it is ${nowSeconds} now`);
}

// One object for all that are forged: it holds nothing of the request, and whoever sends them must not make them dearer
// than valid ones.
const mismatch = Object.freeze(new ImgsealError("SIGNATURE_INVALID", "the signature does not match the URL"));

/**
 * Refuses a URL whose signature does not match, and only then looks at its expiry: what a forger wrote into
 * `exp` is nobody's word.
 *
 * @throws ImgsealError SIGNATURE_INVALID, URL_EXPIRED
 */
export function requireValid(
  url: SignedUrl,
  isAuthentic: boolean,
  verification: Pick<Verification, "signing" | "nowSeconds">,
): void {
  if (!isAuthentic) throw mismatch;
  requireInTime("URL", url.exp, verification);
}

/**
 * Refuses what is no longer valid. No leeway: expired from the second `exp` on.
 *
 * An expiry that is missing though required, or further ahead than allowed, is URL_EXPIRED too: the
 * signature is good, the time for which it was given is not.
 *
 * @throws ImgsealError URL_EXPIRED
 */
export function requireInTime(
  what: "URL" | "grant",
  exp: number | undefined,
  { signing, nowSeconds }: Pick<Verification, "signing" | "nowSeconds">,
): void {
  if (exp === undefined) {
    if (!signing.requireExpiry) return;
    throw new ImgsealError("URL_EXPIRED", `the ${what} has no "exp", and an expiry is required`);
  }
  if (nowSeconds >= exp) {
    throw new ImgsealError("URL_EXPIRED", `the ${what} expired at ${exp}, it is ${nowSeconds} now`);
  }
  const { maxLifetimeSeconds } = signing;
  if (maxLifetimeSeconds !== undefined && exp - nowSeconds > maxLifetimeSeconds) {
    throw new ImgsealError(
      "URL_EXPIRED",
      `the expiry lies ${exp - nowSeconds} s ahead, at most ${maxLifetimeSeconds} s are allowed`,
    );
  }
}

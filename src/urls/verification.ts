/**
 * When a signed URL is accepted: the one policy of both implementations, before and after the signature's
 * own mathematics.
 */

import { ImgsealError } from "../errors.ts";
import type { PresetTable } from "../presets/table.ts";
import { algorithms, type Key, type KeySet } from "./key-set.ts";
import type { SignedUrl } from "./signed-url.ts";

export interface Verification {
  readonly keys: KeySet;
  readonly signing: PresetTable["signing"];
  readonly nowSeconds: number;
}

/**
 * The key that a URL claims to be signed with, and a signature of the right form for it.
 *
 * @throws ImgsealError GRANT_INVALID, SIGNATURE_MISSING, KEY_UNKNOWN, SIGNATURE_INVALID
 */
export function requireSignature(
  url: SignedUrl,
  keys: KeySet,
): { readonly key: Key; readonly signature: string } {
  if (url.grant !== undefined) throw new ImgsealError("GRANT_INVALID", "grants are not accepted");
  if (url.sig === undefined) throw new ImgsealError("SIGNATURE_MISSING", 'the URL has no "sig"');
  if (url.kid === undefined) throw new ImgsealError("SIGNATURE_MISSING", 'the URL has no "kid"');
  const key = keys.find(url.kid);
  if (key === undefined) throw new ImgsealError("KEY_UNKNOWN", `no key has the kid "${url.kid}"`);
  // One spelling only: a decoder that ignores padding and left-over bits would make many URLs of one
  // signature.
  if (!algorithms[key.alg].signature.test(url.sig)) {
    throw new ImgsealError("SIGNATURE_INVALID", `the signature is not canonical base64url of ${key.alg}`);
  }
  return { key, signature: url.sig };
}

// One object for all that are forged: it holds nothing of the request, and whoever sends them must not make them dearer
// than valid ones.
const mismatch = Object.freeze(new ImgsealError("SIGNATURE_INVALID", "the signature does not match the URL"));

/**
 * Refuses a URL whose signature does not match, and only then looks at its expiry: what a forger wrote into
 * `exp` is nobody's word. No leeway: expired from the second `exp` on.
 *
 * An expiry that is missing though required, or further ahead than allowed, is URL_EXPIRED too: the
 * signature is good, the time for which it was given is not.
 *
 * @throws ImgsealError SIGNATURE_INVALID, URL_EXPIRED
 */
export function requireValid(
  url: SignedUrl,
  isAuthentic: boolean,
  { signing, nowSeconds }: Pick<Verification, "signing" | "nowSeconds">,
): void {
  if (!isAuthentic) throw mismatch;
  const { exp } = url;
  if (exp === undefined) {
    if (!signing.requireExpiry) return;
    throw new ImgsealError("URL_EXPIRED", 'the URL has no "exp", and an expiry is required');
  }
  if (nowSeconds >= exp) {
    throw new ImgsealError("URL_EXPIRED", `the URL expired at ${exp}, it is ${nowSeconds} now`);
  }
  const { maxLifetimeSeconds } = signing;
  if (maxLifetimeSeconds !== undefined && exp - nowSeconds > maxLifetimeSeconds) {
    throw new ImgsealError(
      "URL_EXPIRED",
      `the expiry lies ${exp - nowSeconds} s ahead, at most ${maxLifetimeSeconds} s are allowed`,
    );
  }
}

/**
 * Whether a request may go on: the first decision about every URL, taken before anything is looked up for
 * it.
 */

import type { Preset, PresetTable } from "../presets/table.ts";
import { verifyGrant } from "./grant-verification.ts";
import type { SignedUrl } from "./signed-url.ts";
import { verifySync } from "./sync-signature.ts";
import type { Verification } from "./verification.ts";

interface AccessTable {
  readonly signing: PresetTable["signing"];
  readonly presets: Readonly<Record<string, Pick<Preset, "access">>>;
}

/**
 * Lets through what is rightly signed, what a grant opens, and bare URLs of public presets.
 *
 * Without a signature an unknown preset is refused like one that is not public, so that nobody learns which
 * presets exist.
 *
 * @returns the kid of the key that vouches; `undefined` for a bare URL
 * @throws ImgsealError SIGNATURE_MISSING, KEY_UNKNOWN, SIGNATURE_INVALID, URL_EXPIRED, GRANT_INVALID, GRANT_SCOPE
 */
export function authorise(
  url: SignedUrl,
  table: AccessTable,
  { keys, nowSeconds }: Omit<Verification, "signing">,
): string | undefined {
  if (isBare(url) && isPublic(table, url.preset)) return undefined;
  const verification = { keys, signing: table.signing, nowSeconds };
  if (url.grant !== undefined) return verifyGrant(url, url.grant, verification);
  verifySync(url, verification);
  return url.kid;
}

/**
 * Without any signed claim. An unsigned `ver` would let anyone mint as many variants of a public preset as
 * they like, and an unsigned `exp` would promise an end that nobody enforces.
 */
function isBare({ exp, ver, kid, sig, grant }: SignedUrl): boolean {
  return (exp ?? ver ?? kid ?? sig ?? grant) === undefined;
}

function isPublic({ presets }: AccessTable, name: string): boolean {
  return Object.hasOwn(presets, name) && presets[name]?.access === "public";
}

/** Why a signature does not match: the slips that signers and callers make, each tried with the keys at hand. */

import { isAuthenticInNode } from "../urls/jws-node.ts";
import type { KeySet } from "../urls/key-set.ts";
import type { SignedUrl } from "../urls/signed-url.ts";
import { signingInput } from "../urls/sync-signature.ts";
import { signaturePatterns } from "../urls/verification.ts";

interface Slip {
  /** What the signer may have signed instead. */
  readonly signed: SignedUrl;
  readonly cause: string;
}

/** The slip that the signature is right for, in words; nothing when it fits none of them. */
export function findCause(url: SignedUrl, keys: KeySet, presetNames: readonly string[]): string | undefined {
  const slips = [
    ...unsignedClaims(url),
    ...otherKeys(url, keys),
    ...otherSpellings(url),
    ...otherPresets(url, presetNames),
  ];
  return slips.find(({ signed }) => isAuthentic(signed, keys))?.cause;
}

function unsignedClaims({ exp, ver, ...bare }: SignedUrl): Slip[] {
  const added = (what: string) =>
    `without ${what} the signature matches: it was added after signing. A cache-buster must not be called exp or ver, and has no effect here anyway`;
  return [
    { signed: { ...bare, ...(exp !== undefined && { exp }) }, cause: added(`ver=${ver}`) },
    { signed: { ...bare, ...(ver !== undefined && { ver }) }, cause: added(`exp=${exp}`) },
    { signed: bare, cause: added(`exp=${exp} and ver=${ver}`) },
  ];
}

function otherKeys(url: SignedUrl, { keys }: KeySet): Slip[] {
  return keys.map(({ kid }) => ({
    signed: { ...url, kid },
    cause: `it was signed with the key ${kid}, but the URL says kid=${url.kid}`,
  }));
}

function otherSpellings(url: SignedUrl): Slip[] {
  const { source } = url;
  const readings: readonly [source: string | undefined, cause: string][] = [
    [decodeAgain(source), "the path was percent-encoded once more after signing"],
    [encodeURI(source), "the path was decoded once after signing, or encoded before it was signed"],
    [encodeURIComponent(source), "the signer encoded the source before it was signed, slashes too"],
    [source.replaceAll("+", " "), "the source was signed with spaces where the URL has +; a space is %20"],
    [source.replaceAll(" ", "+"), "the source was signed with + where the URL has spaces"],
    [source.normalize("NFC"), "the source was signed in another Unicode normalisation (NFC)"],
    [source.normalize("NFD"), "the source was signed in another Unicode normalisation (NFD)"],
    [source.toLowerCase(), "the source was signed in lower case"],
    [`/${source}`, "the source was signed with a leading slash"],
  ];
  return readings.flatMap(([signed, cause]) =>
    signed === undefined || signed === source ? [] : { signed: { ...url, source: signed }, cause },
  );
}

function otherPresets(url: SignedUrl, names: readonly string[]): Slip[] {
  return names.map((preset) => ({
    signed: { ...url, preset },
    cause: `it was signed for the preset ${preset}, and the URL says ${url.preset}`,
  }));
}

/** The signature alone: whether the URL is in time is another question. */
function isAuthentic(url: SignedUrl, keys: KeySet): boolean {
  const { kid = "", sig = "" } = url;
  const key = keys.find(kid);
  if (key === undefined || !signaturePatterns[key.alg].test(sig)) return false;
  return isAuthenticInNode(signingInput(url, key), sig, key);
}

function decodeAgain(source: string): string | undefined {
  try {
    return decodeURIComponent(source);
  } catch {
    return undefined;
  }
}

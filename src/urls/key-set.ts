/**
 * The keys: a JWK Set (RFC 7517 5) becomes a KeySet that can be looked at, logged and serialised without
 * showing a secret.
 */

import { decodeBase64url, encodeBase64url } from "./base64url.ts";
import { isObject, isPositiveInteger } from "./json.ts";
import { algorithms, createKey, type Ed25519Jwk, type Key } from "./key.ts";

/** Keys that verify, and those of them that sign. */
export interface KeySet {
  readonly keys: readonly Key[];

  find(kid: string): Key | undefined;

  /**
   * The key that signs at a moment: the one that was named, else the first that can sign, if its window covers the
   * moment. So a set may hold tomorrow's key already, before today's.
   *
   * @throws TypeError when there is none
   */
  signingKeyAt(nowSeconds: number): Key;

  findSigningKey(nowSeconds: number): Key | undefined;
}

/**
 * Reads a JWK Set.
 *
 * @param options.signingKid the one key that signs; left out, every key that can
 * @throws TypeError that says which member of which key is wrong, and never what a secret holds
 */
export function parseKeySet(
  json: unknown,
  { signingKid }: { readonly signingKid?: string | undefined } = {},
): KeySet {
  const jwks = isObject(json) ? json.keys : undefined;
  const isSet = Array.isArray(jwks) && jwks.length > 0;
  demand(isSet, "keys", 'a JWK Set, { "keys": [...] }, with at least one key');
  const keys: Key[] = [];
  const find = (wanted: string) => keys.find(({ kid }) => kid === wanted);
  for (const [index, jwk] of jwks.entries()) {
    const key = parseKey(jwk, `keys[${index}]`);
    demand(!find(key.kid), `keys[${index}].kid`, `another than "${key.kid}"`);
    keys.push(key);
  }
  const able = keys.filter(({ canSign }) => canSign);
  const signers = able.filter(({ kid }) => kid === (signingKid ?? kid));
  demand(
    signingKid === undefined || signers[0],
    "signingKid",
    `one of ${able.map(({ kid }) => kid).join(", ")}`,
  );
  const findSigningKey = (nowSeconds: number) => signers.find((key) => key.isValidAt(nowSeconds));
  return Object.freeze({
    keys: Object.freeze(keys),
    find,
    findSigningKey,
    signingKeyAt(nowSeconds: number) {
      const key = findSigningKey(nowSeconds);
      demand(key, "keys", `one that can sign at ${nowSeconds}, received none`);
      return key;
    },
  });
}

/** RFC 7518 3.2: an HMAC key is at least as long as the hash. The halves of Ed25519 have 32 bytes too (RFC 8032 5.1). */
export const minKeyBytes = 32;

/** No message repeats what stands in a member: it may be the secret, put into the wrong place. */
function parseKey(jwk: unknown, where: string): Key {
  demand(isObject(jwk), where, "a JWK object");
  const { kid, alg, use = "sig", nbf = 0, exp = Infinity } = jwk;
  demand(
    typeof kid === "string" && /^[\w-]{1,32}$/.test(kid),
    `${where}.kid`,
    "1 to 32 characters of A-Z a-z 0-9 _ -",
  );
  const at = `${where} ("${kid}").`;
  demand(
    alg === "HS256" || alg === "Ed25519",
    `${at}alg`,
    `HS256 or Ed25519, received ${alg === undefined ? "none" : "another one"}`,
  );
  for (const [member, value] of Object.entries(algorithms[alg])) {
    demand(jwk[member] === value, at + member, `"${value}" for ${alg}`);
  }
  demand(use === "sig", `${at}use`, '"sig" or nothing');
  // A date as a text or in milliseconds would make a window that never opens or never closes.
  const seconds = "unix seconds in 1 to 11 digits";
  demand(nbf === 0 || isMoment(nbf), `${at}nbf`, seconds);
  demand(exp === Infinity || isMoment(exp), `${at}exp`, seconds);
  demand(nbf < exp, `${at}exp`, "a moment after nbf");
  const window = { nbf, exp };
  if (alg === "HS256") {
    const octets = parseOctets(jwk, "k", at);
    return createKey({ kid, alg, window }, octets, octets);
  }
  const parseHalf = (member: "x" | "d") => encodeBase64url(parseOctets(jwk, member, at));
  const half: Ed25519Jwk = Object.freeze({ ...algorithms[alg], alg, x: parseHalf("x") });
  const pair = jwk.d === undefined ? undefined : Object.freeze({ ...half, d: parseHalf("d") });
  return createKey({ kid, alg, window }, half, pair);
}

function isMoment(value: unknown): value is number {
  return isPositiveInteger(value) && value < 1e11;
}

function parseOctets(jwk: Readonly<Record<string, unknown>>, member: string, at: string): Uint8Array {
  const value = jwk[member];
  const octets = typeof value === "string" ? decodeBase64url(value) : undefined;
  const isSecret = member === "k";
  demand(
    octets && (isSecret ? octets.length >= minKeyBytes : octets.length === minKeyBytes),
    at + member,
    `${isSecret ? "at least " : ""}${minKeyBytes} bytes in canonical base64url without padding, received ${octets?.length ?? "something else"}`,
  );
  return octets;
}

function demand(isRight: unknown, where: string, expected: string): asserts isRight {
  if (!isRight) throw new TypeError(`${where}: expected ${expected}`);
}

/**
 * The keys: a JWK Set (RFC 7517 5) becomes a KeySet that can be looked at, logged and serialised without
 * showing a secret.
 */

import { decodeBase64url } from "./base64url.ts";
import { algorithms, type Ed25519Jwk, type Key, KeyOf, type KeyWindow } from "./key.ts";

/** Keys that verify, and those of them that sign. */
class KeySet {
  readonly keys: readonly Key[];
  readonly #byKid: ReadonlyMap<string, Key>;
  readonly #signers: readonly Key[];

  constructor(byKid: ReadonlyMap<string, Key>, signers: readonly Key[]) {
    this.#byKid = byKid;
    this.#signers = signers;
    this.keys = Object.freeze([...byKid.values()]);
    Object.freeze(this);
  }

  find(kid: string): Key | undefined {
    return this.#byKid.get(kid);
  }

  /**
   * The key that signs at a moment: the one that was named, else the first that can sign, if its window covers the
   * moment. So a set may hold tomorrow's key already, before today's.
   *
   * @throws TypeError when there is none
   */
  signingKeyAt(nowSeconds: number): Key {
    const key = this.findSigningKey(nowSeconds);
    if (key === undefined)
      throw new TypeError(`keys: expected one that can sign at ${nowSeconds}, received none`);
    return key;
  }

  findSigningKey(nowSeconds: number): Key | undefined {
    return this.#signers.find((key) => key.isValidAt(nowSeconds));
  }
}

export type { KeySet };

/**
 * Reads a JWK Set.
 *
 * @param options.signingKid the one key that signs; left out, every key that can
 * @throws TypeError that says which member of which key is wrong, and never what a secret holds
 */
export function parseKeySet(json: unknown, { signingKid }: { readonly signingKid?: string } = {}): KeySet {
  const jwks = isObject(json) ? json.keys : undefined;
  if (!Array.isArray(jwks)) throw new TypeError('expected a JWK Set: an object with an array "keys"');
  const byKid = new Map<string, Key>();
  for (const [index, jwk] of jwks.entries()) {
    const key = parseKey(jwk, `keys[${index}]`);
    demand(!byKid.has(key.kid), `keys[${index}].kid`, `a kid of its own, "${key.kid}" is taken`);
    byKid.set(key.kid, key);
  }
  demand(byKid.size > 0, "keys", "at least one key, received none");
  const able = [...byKid.values()].filter(({ canSign }) => canSign);
  const signers = able.filter(({ kid }) => kid === (signingKid ?? kid));
  const isNamed = signingKid === undefined || signers.length > 0;
  demand(isNamed, "signingKid", `one of ${able.map(({ kid }) => kid).join(", ")}`);
  return new KeySet(byKid, signers);
}

/** RFC 7518 3.2: an HMAC key is at least as long as the hash. The halves of Ed25519 have 32 bytes too (RFC 8032 5.1). */
export const minKeyBytes = 32;

/** No message repeats what stands in a member: it may be the secret, put into the wrong place. */
function parseKey(jwk: unknown, where: string): Key {
  demand(isObject(jwk), where, "a JWK object");
  const { kty, kid, alg, use, crv, x, d } = jwk;
  demand(
    typeof kid === "string" && /^[A-Za-z0-9_-]{1,32}$/.test(kid),
    `${where}.kid`,
    "1 to 32 characters of A-Z a-z 0-9 _ -",
  );
  const at = `${where} ("${kid}").`;
  demand(
    alg === "HS256" || alg === "Ed25519",
    `${at}alg`,
    `HS256 or Ed25519, ${alg === undefined ? "none" : "another one"} was given`,
  );
  const { kty: rightKty } = algorithms[alg];
  demand(kty === rightKty, `${at}kty`, `"${rightKty}" for ${alg}`);
  demand(use === undefined || use === "sig", `${at}use`, '"sig" or nothing');
  const description = { kid, window: parseWindow(jwk, at) };
  if (alg === "HS256") {
    const octets = parseOctets(jwk, "k", at, Infinity);
    return new KeyOf({ ...description, alg }, octets, octets);
  }
  demand(crv === alg, `${at}crv`, `"${alg}"`);
  parseOctets(jwk, "x", at, minKeyBytes);
  const half: Ed25519Jwk = Object.freeze({ kty: "OKP", crv: alg, alg, x: String(x) });
  if (d === undefined) return new KeyOf({ ...description, alg }, half, d);
  parseOctets(jwk, "d", at, minKeyBytes);
  return new KeyOf({ ...description, alg }, half, Object.freeze({ ...half, d: String(d) }));
}

function parseWindow({ nbf, exp }: Readonly<Record<string, unknown>>, at: string): KeyWindow {
  // A date as a text or in milliseconds would make a window that never opens or never closes.
  const expected = "unix seconds in 1 to 11 digits";
  demand(nbf === undefined || isMoment(nbf), `${at}nbf`, expected);
  demand(exp === undefined || isMoment(exp), `${at}exp`, expected);
  demand((nbf ?? 0) < (exp ?? Infinity), `${at}exp`, "a moment after nbf");
  return { ...(nbf !== undefined && { nbf }), ...(exp !== undefined && { exp }) };
}

function isMoment(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) > 0 && Number(value) < 1e11;
}

function parseOctets(
  jwk: Readonly<Record<string, unknown>>,
  member: string,
  at: string,
  maxBytes: number,
): Uint8Array {
  const value = jwk[member];
  const octets = typeof value === "string" ? decodeBase64url(value) : undefined;
  demand(octets !== undefined, at + member, "base64url without padding, in its canonical spelling");
  const { length } = octets;
  const atLeast = maxBytes === minKeyBytes ? "" : "at least ";
  const expected = `${atLeast}${minKeyBytes} bytes for ${jwk.alg}, received ${length}`;
  demand(length >= minKeyBytes && length <= maxBytes, at + member, expected);
  return octets;
}

function demand(isRight: boolean, where: string, expected: string): asserts isRight {
  if (!isRight) throw new TypeError(`${where}: expected ${expected}`);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * The keys: a JWK Set (RFC 7517 5) becomes a KeySet that can be looked at, logged and serialised without
 * showing a secret.
 */

import { decodeBase64url, encodeBase64url } from "./base64url.ts";

interface AlgorithmRow {
  readonly kty: string;
  /** RFC 7518 3.2: an HMAC key is at least as long as the hash. */
  readonly minKeyBytes: number;
  /**
   * Every canonical base64url spelling of a signature: 43 characters carry 32 bytes and two bits that must
   * be zero.
   */
  readonly signature: RegExp;
}

export const algorithms = {
  HS256: { kty: "oct", minKeyBytes: 32, signature: /^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/ },
} as const satisfies Record<string, AlgorithmRow>;

export type Algorithm = keyof typeof algorithms;

/** One key; its octets are out of reach of console.log, util.inspect and JSON.stringify. */
class Key {
  readonly kid: string;
  readonly alg: Algorithm;
  /**
   * The JWS protected header in base64url: never sent, rebuilt by both sides, the same for every URL of the
   * key.
   */
  readonly protectedHeader: string;
  readonly #octets: Uint8Array;

  constructor(kid: string, alg: Algorithm, octets: Uint8Array) {
    this.kid = kid;
    this.alg = alg;
    this.#octets = octets;
    this.protectedHeader = encodeBase64url(new TextEncoder().encode(JSON.stringify(this.header())));
    Object.freeze(this);
  }

  /** The members of the protected header, in the order that the contract fixes. */
  header(): { alg: Algorithm; b64: false; crit: ["b64"]; kid: string } {
    return { alg: this.alg, b64: false, crit: ["b64"], kid: this.kid };
  }

  /** The secret itself. A method and not a getter: util.inspect can be told to run getters. */
  octets(): Uint8Array {
    return this.#octets;
  }
}

/** Keys that verify, one of which signs. */
class KeySet {
  readonly keys: readonly Key[];
  readonly signingKey: Key;
  readonly #byKid: ReadonlyMap<string, Key>;

  constructor(byKid: ReadonlyMap<string, Key>, signingKey: Key) {
    this.#byKid = byKid;
    this.keys = Object.freeze([...byKid.values()]);
    this.signingKey = signingKey;
    Object.freeze(this);
  }

  find(kid: string): Key | undefined {
    return this.#byKid.get(kid);
  }
}

export type { Key, KeySet };

/**
 * Reads a JWK Set. Its first key signs, unless `signingKid` names another one.
 *
 * @throws TypeError that says which member of which key is wrong, and never what a secret holds
 */
export function parseKeySet(json: unknown, options: { readonly signingKid?: string } = {}): KeySet {
  const jwks = isObject(json) ? json.keys : undefined;
  if (!Array.isArray(jwks)) throw new TypeError('expected a JWK Set: an object with an array "keys"');
  const byKid = new Map<string, Key>();
  for (const [index, jwk] of jwks.entries()) {
    const key = parseKey(jwk, `keys[${index}]`);
    if (byKid.has(key.kid)) {
      throw new TypeError(`keys[${index}].kid: expected a kid of its own, "${key.kid}" is taken`);
    }
    byKid.set(key.kid, key);
  }
  if (byKid.size === 0) throw new TypeError("keys: expected at least one key, received none");
  const { signingKid } = options;
  const signingKey = signingKid === undefined ? byKid.values().next().value : byKid.get(signingKid);
  if (signingKey === undefined) {
    throw new TypeError(`signingKid: expected one of ${[...byKid.keys()].join(", ")}`);
  }
  return new KeySet(byKid, signingKey);
}

function parseKey(jwk: unknown, where: string): Key {
  if (!isObject(jwk)) throw new TypeError(`${where}: expected a JWK object`);
  const { kty, kid, alg, use, k } = jwk;
  // What stands in these members is not repeated in the message: it may be the secret, put into the wrong
  // place.
  if (typeof kid !== "string" || !/^[A-Za-z0-9_-]{1,32}$/.test(kid)) {
    throw new TypeError(`${where}.kid: expected 1 to 32 characters of A-Z a-z 0-9 _ -`);
  }
  const at = `${where} ("${kid}")`;
  if (!isAlgorithm(alg)) {
    const known = Object.keys(algorithms).join(", ");
    const received = alg === undefined ? "none was given" : "another one was given";
    throw new TypeError(`${at}.alg: expected ${known}, ${received}`);
  }
  const row = algorithms[alg];
  if (kty !== row.kty) throw new TypeError(`${at}.kty: expected "${row.kty}" for ${alg}`);
  if (use !== undefined && use !== "sig") throw new TypeError(`${at}.use: expected "sig" or nothing`);
  for (const member of ["nbf", "exp"]) {
    // Ignored, a key would outlive the day on which its owner believes that it ends.
    if (Object.hasOwn(jwk, member)) throw new TypeError(`${at}.${member}: key windows are not accepted`);
  }
  const octets = typeof k === "string" ? decodeBase64url(k) : undefined;
  if (octets === undefined) {
    throw new TypeError(`${at}.k: expected base64url without padding, in its canonical spelling`);
  }
  if (octets.length < row.minKeyBytes) {
    throw new TypeError(
      `${at}.k: expected at least ${row.minKeyBytes} bytes for ${alg}, received ${octets.length}`,
    );
  }
  return new Key(kid, alg, octets);
}

function isAlgorithm(alg: unknown): alg is Algorithm {
  return typeof alg === "string" && Object.hasOwn(algorithms, alg);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

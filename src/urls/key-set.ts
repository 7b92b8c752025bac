/**
 * The keys: a JWK Set (RFC 7517 5) becomes a KeySet that can be looked at, logged and serialised without
 * showing a secret.
 */

import { decodeBase64url } from "./base64url.ts";
import { type Algorithm, algorithms, Ed25519Key, HmacKey, type Key, type KeyWindow } from "./key.ts";

/** Keys that verify, and those of them that sign. */
class KeySet {
  readonly keys: readonly Key[];
  readonly #byKid: ReadonlyMap<string, Key>;
  readonly #signingKid: string | undefined;

  constructor(byKid: ReadonlyMap<string, Key>, signingKid: string | undefined) {
    this.#byKid = byKid;
    this.#signingKid = signingKid;
    this.keys = Object.freeze([...byKid.values()]);
    Object.freeze(this);
  }

  find(kid: string): Key | undefined {
    return this.#byKid.get(kid);
  }

  /**
   * The key that signs at a moment: the one that was named, else the first that can sign and whose window covers it.
   * So a set may hold tomorrow's key already, before today's.
   *
   * @throws TypeError when there is none
   */
  signingKeyAt(nowSeconds: number): Key {
    const key = this.findSigningKey(nowSeconds);
    if (key !== undefined) return key;
    const received = this.#candidates().map((candidate) => `"${candidate.kid}" ${whyNot(candidate)}`);
    throw new TypeError(
      `keys: expected a key that can sign at ${nowSeconds}, received ${received.join(", ")}`,
    );
  }

  findSigningKey(nowSeconds: number): Key | undefined {
    return this.#candidates().find((key) => key.canSign && key.isValidAt(nowSeconds));
  }

  #candidates(): readonly Key[] {
    return this.keys.filter(({ kid }) => kid === (this.#signingKid ?? kid));
  }
}

export type { KeySet };

function whyNot({ canSign, window: { nbf = 0, exp = Infinity } }: Key): string {
  return canSign ? `(usable from ${nbf} to ${exp})` : "(public)";
}

/**
 * Reads a JWK Set. Its first key that can sign signs, unless `signingKid` names another one.
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
  if (signingKid !== undefined && byKid.get(signingKid)?.canSign !== true) {
    const able = [...byKid.values()].filter(({ canSign }) => canSign).map(({ kid }) => kid);
    throw new TypeError(`signingKid: expected one of ${able.join(", ")}`);
  }
  return new KeySet(byKid, signingKid);
}

type Jwk = Readonly<Record<string, unknown>>;

interface Parts {
  readonly kid: string;
  readonly jwk: Jwk;
  readonly window: KeyWindow;
  /** What stands before every message. */
  readonly at: string;
}

const parsers: Readonly<Record<Algorithm, (parts: Parts) => Key>> = {
  HS256: ({ kid, jwk, window, at }) =>
    new HmacKey(kid, octetsOf(jwk, "k", at, minHmacBytes, Infinity), window),
  Ed25519({ kid, jwk, window, at }) {
    if (jwk.crv !== "Ed25519") throw new TypeError(`${at}.crv: expected "Ed25519"`);
    octetsOf(jwk, "x", at, 32, 32);
    if (jwk.d !== undefined) octetsOf(jwk, "d", at, 32, 32);
    const { x, d } = jwk;
    return new Ed25519Key(kid, { x: String(x), ...(d !== undefined && { d: String(d) }) }, window);
  },
};

/** RFC 7518 3.2: an HMAC key is at least as long as the hash. */
export const minHmacBytes = 32;

function parseKey(jwk: unknown, where: string): Key {
  if (!isObject(jwk)) throw new TypeError(`${where}: expected a JWK object`);
  const { kty, kid, alg, use } = jwk;
  // What stands in these members is not repeated in the message: it may be the secret, put into the wrong
  // place.
  if (typeof kid !== "string" || !/^[A-Za-z0-9_-]{1,32}$/.test(kid)) {
    throw new TypeError(`${where}.kid: expected 1 to 32 characters of A-Z a-z 0-9 _ -`);
  }
  const at = `${where} ("${kid}")`;
  if (!isAlgorithm(alg)) {
    const known = Object.keys(algorithms).join(" or ");
    const received = alg === undefined ? "none was given" : "another one was given";
    throw new TypeError(`${at}.alg: expected ${known}, ${received}`);
  }
  const row = algorithms[alg];
  if (kty !== row.kty) throw new TypeError(`${at}.kty: expected "${row.kty}" for ${alg}`);
  if (use !== undefined && use !== "sig") throw new TypeError(`${at}.use: expected "sig" or nothing`);
  return parsers[alg]({ kid, jwk, window: windowOf(jwk, at), at });
}

function windowOf({ nbf, exp }: Jwk, at: string): KeyWindow {
  const window = { ...moment("nbf", nbf, at), ...moment("exp", exp, at) };
  if (window.nbf !== undefined && window.exp !== undefined && window.nbf >= window.exp) {
    throw new TypeError(`${at}.exp: expected a moment after nbf`);
  }
  return window;
}

// A date that was written as a text or in milliseconds would open a window that never opens or never closes.
function moment(member: keyof KeyWindow, value: unknown, at: string): KeyWindow {
  if (value === undefined) return {};
  if (typeof value === "number" && Number.isSafeInteger(value) && value > 0 && value <= 99_999_999_999) {
    return { [member]: value };
  }
  throw new TypeError(`${at}.${member}: expected unix seconds in 1 to 11 digits`);
}

function octetsOf(jwk: Jwk, member: string, at: string, atLeast: number, atMost: number): Uint8Array {
  const value = jwk[member];
  const octets = typeof value === "string" ? decodeBase64url(value) : undefined;
  if (octets === undefined) {
    throw new TypeError(`${at}.${member}: expected base64url without padding, in its canonical spelling`);
  }
  if (octets.length >= atLeast && octets.length <= atMost) return octets;
  const expected = atMost === Infinity ? `at least ${atLeast} bytes` : `${atLeast} bytes`;
  throw new TypeError(
    `${at}.${member}: expected ${expected} for ${String(jwk.alg)}, received ${octets.length}`,
  );
}

function isAlgorithm(alg: unknown): alg is Algorithm {
  return typeof alg === "string" && Object.hasOwn(algorithms, alg);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

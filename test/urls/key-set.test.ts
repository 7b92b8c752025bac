import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { decodeBase64url, encodeBase64url } from "../../src/urls/base64url.ts";
import { parseKeySet } from "../../src/urls/key-set.ts";

const octets = Uint8Array.from({ length: 32 }, (_, index) => 200 + index);
const k = encodeBase64url(octets);
const jwk = (members: object = {}) => ({ kty: "oct", kid: "one", alg: "HS256", k, ...members });
const edOctets = Uint8Array.from({ length: 32 }, (_, index) => 100 + index);
const d = encodeBase64url(edOctets);
const ed25519 = { kty: "OKP", kid: "three", alg: "Ed25519", crv: "Ed25519", x: k, d };
const pair = { keys: [jwk(), jwk({ kid: "two" })] };

test("reads a JWK Set, whose first key signs", () => {
  const keys = parseKeySet(pair);
  expect(keys.keys.map(({ kid, alg }) => [kid, alg])).toEqual([
    ["one", "HS256"],
    ["two", "HS256"],
  ]);
  expect(keys.signingKeyAt(0)).toBe(keys.find("one"));
  expect(keys.find("two")?.verifying()).toEqual(octets);
  expect(keys.find("three")).toBeUndefined();
  expect(keys.find("__proto__")).toBeUndefined();
});

test("signs with the key that is named", () => {
  expect(parseKeySet(pair, { signingKid: "two" }).signingKeyAt(0).kid).toBe("two");
});

test("precomputes the protected header with its members in order", () => {
  const header = decodeBase64url(parseKeySet(pair).signingKeyAt(0).protectedHeader);
  expect(new TextDecoder().decode(header)).toBe('{"alg":"HS256","b64":false,"crit":["b64"],"kid":"one"}');
});

test("ignores members that RFC 7517 leaves to others", () => {
  expect(parseKeySet({ keys: [jwk({ use: "sig", note: "x" })], note: "y" }).keys).toHaveLength(1);
});

const asymmetric = { kty: "OKP", crv: "Ed25519", alg: "EdDSA", k: undefined, x: k };
const pairOfEd25519 = { kty: "OKP", crv: "Ed25519", alg: "Ed25519", k: undefined, x: k, d: k };
const grammar = "keys[0].kid: expected 1 to 32 characters of A-Z a-z 0-9 _ -";
const spelling =
  'keys[0] ("one").k: expected at least 32 bytes in canonical base64url without padding, received something else';

test.each<[string, unknown, string]>([
  ["what is not an object", "keys", 'keys: expected a JWK Set, { "keys": [...] }, with at least one key'],
  ["a bare array", [jwk()], 'keys: expected a JWK Set, { "keys": [...] }, with at least one key'],
  ["a single JWK", jwk(), 'keys: expected a JWK Set, { "keys": [...] }, with at least one key'],
  ["no keys", { keys: [] }, 'keys: expected a JWK Set, { "keys": [...] }, with at least one key'],
  ["a key that is not an object", { keys: [k] }, "keys[0]: expected a JWK object"],
  ["a missing kid", { keys: [jwk({ kid: undefined })] }, grammar],
  ["a kid of 33 characters", { keys: [jwk({ kid: "k".repeat(33) })] }, grammar],
  ["a secret in place of the kid", { keys: [jwk({ kid: k })] }, grammar],
  ["a kid with a quote", { keys: [jwk({ kid: '","alg":"none' })] }, grammar],
  ["a kid twice", { keys: [jwk(), jwk()] }, 'keys[1].kid: expected another than "one"'],
  [
    "a missing alg",
    { keys: [jwk({ alg: undefined })] },
    'keys[0] ("one").alg: expected HS256 or Ed25519, received none',
  ],
  [
    "none",
    { keys: [jwk({ alg: "none" })] },
    'keys[0] ("one").alg: expected HS256 or Ed25519, received another one',
  ],
  [
    "EdDSA",
    { keys: [jwk(asymmetric)] },
    'keys[0] ("one").alg: expected HS256 or Ed25519, received another one',
  ],
  [
    "a prototype's alg",
    { keys: [jwk({ alg: "toString" })] },
    'keys[0] ("one").alg: expected HS256 or Ed25519, received another one',
  ],
  ["another kty", { keys: [jwk({ kty: "RSA" })] }, 'keys[0] ("one").kty: expected "oct" for HS256'],
  ["a key for encryption", { keys: [jwk({ use: "enc" })] }, 'keys[0] ("one").use: expected "sig" or nothing'],
  [
    "a window in milliseconds",
    { keys: [jwk({ exp: 1_800_000_000_000 })] },
    'keys[0] ("one").exp: expected unix seconds in 1 to 11 digits',
  ],
  [
    "a window in words",
    { keys: [jwk({ nbf: "2027-01-01" })] },
    'keys[0] ("one").nbf: expected unix seconds in 1 to 11 digits',
  ],
  [
    "a window that never opens",
    { keys: [jwk({ nbf: 2, exp: 2 })] },
    'keys[0] ("one").exp: expected a moment after nbf',
  ],
  [
    "Ed25519 with a secret",
    { keys: [jwk({ alg: "Ed25519" })] },
    'keys[0] ("one").kty: expected "OKP" for Ed25519',
  ],
  [
    "HS256 with a public key",
    { keys: [jwk({ ...pairOfEd25519, alg: "HS256" })] },
    'keys[0] ("one").kty: expected "oct" for HS256',
  ],
  [
    "another curve",
    { keys: [jwk({ ...pairOfEd25519, crv: "X25519" })] },
    'keys[0] ("one").crv: expected "Ed25519" for Ed25519',
  ],
  [
    "a public half that is missing",
    { keys: [jwk({ ...pairOfEd25519, x: undefined })] },
    'keys[0] ("one").x: expected 32 bytes in canonical base64url without padding, received something else',
  ],
  [
    "a public half of 31 bytes",
    { keys: [jwk({ ...pairOfEd25519, x: encodeBase64url(octets.subarray(1)) })] },
    'keys[0] ("one").x: expected 32 bytes in canonical base64url without padding, received 31',
  ],
  [
    "a private half of 33 bytes",
    { keys: [jwk({ ...pairOfEd25519, d: encodeBase64url(new Uint8Array(33)) })] },
    'keys[0] ("one").d: expected 32 bytes in canonical base64url without padding, received 33',
  ],
  [
    "a private half that is null",
    { keys: [jwk({ ...pairOfEd25519, d: null })] },
    'keys[0] ("one").d: expected 32 bytes in canonical base64url without padding, received something else',
  ],
  ["a missing secret", { keys: [jwk({ k: undefined })] }, spelling],
  ["padding", { keys: [jwk({ k: `${k}=` })] }, spelling],
  ["base64 instead of base64url", { keys: [jwk({ k: `${k.slice(0, 42)}+` })] }, spelling],
  ["left-over bits", { keys: [jwk({ k: `${"A".repeat(42)}B` })] }, spelling],
  ["a length that no octets have", { keys: [jwk({ k: "A".repeat(45) })] }, spelling],
  [
    "31 bytes",
    { keys: [jwk({ k: encodeBase64url(octets.subarray(1)) })] },
    'keys[0] ("one").k: expected at least 32 bytes in canonical base64url without padding, received 31',
  ],
])("refuses %s", (_, json, message) => {
  expect(() => parseKeySet(json)).toThrow(new TypeError(message));
});

test("refuses a signing kid that is not in the set", () => {
  expect(() => parseKeySet(pair, { signingKid: "three" })).toThrow(
    new TypeError("signingKid: expected one of one, two"),
  );
});

describe("a key set that is printed", () => {
  const keys = parseKeySet({ keys: [...pair.keys, ed25519] });
  const printed = {
    "JSON.stringify": JSON.stringify(keys),
    "util.inspect": inspect(keys, { depth: null, showHidden: true, getters: true, maxArrayLength: null }),
    "a template": `${keys} ${keys.signingKeyAt(0)}`,
    "a key's JSON": JSON.stringify({ ...keys.signingKeyAt(0) }),
    "an error": inspect(new Error("failed", { cause: keys }), { depth: null }),
  };

  test.each(Object.entries(printed))("shows no octets: %s", (_, text) => {
    const decimal = /200\D+201\D+202/;
    expect(text).not.toMatch(decimal);
    expect(text).not.toContain(k);
    expect(text).not.toContain(Buffer.from(octets).toString("base64").slice(0, 42));
    expect(text.toLowerCase()).not.toContain(Buffer.from(octets).toString("hex").slice(0, 8));
    expect(text).not.toMatch(/c8 c9 ca/i);
    expect(text).not.toContain(d);
  });

  test("shows kids and algorithms", () => {
    for (const text of [printed["JSON.stringify"], printed["util.inspect"]]) {
      expect(text).toMatch(/kid\W+one/);
      expect(text).toMatch(/kid\W+two/);
      expect(text).toMatch(/alg\W+HS256/);
    }
  });

  test("is frozen", () => {
    expect([keys, keys.keys, keys.signingKeyAt(0)].every(Object.isFrozen)).toBe(true);
  });
});

test("base64url is undone by its inverse, and refuses every other spelling", () => {
  for (let length = 0; length < 70; length++) {
    const bytes = Uint8Array.from({ length }, (_, index) => (index * 37 + length * 11) % 256);
    const text = encodeBase64url(bytes);
    expect(text).toBe(Buffer.from(bytes).toString("base64url"));
    expect(decodeBase64url(text)).toEqual(bytes);
  }
  for (const text of ["A", "AB", "AAB", "AA==", "A A", "AA\n", "+/+/", "é"]) {
    expect(decodeBase64url(text)).toBeUndefined();
  }
});

import { compactVerify, importJWK, type JWK, jwtVerify } from "jose";
import { describe, expect, test } from "vitest";
import type { ErrorCode } from "../../src/errors.ts";
import { lookup } from "../../src/presets/table.ts";
import { authorise } from "../../src/urls/authorise.ts";
import type { GrantClaims } from "../../src/urls/grant.ts";
import { signGrantSync } from "../../src/urls/grant-verification.ts";
import { signInNode } from "../../src/urls/jws-node.ts";
import { select } from "../../src/urls/select.ts";
import { signGrant } from "../../src/urls/signature.ts";
import { allJwks, allKeys, edgeKeys, parseTarget, table, vectors } from "../vectors/signed-urls.ts";

const now = vectors.clock;
const { valid, refused } = vectors.grants;

function judge(target: string, presets = table, nowSeconds = now): void {
  authorise(parseTarget(target), presets, { keys: edgeKeys, nowSeconds });
}

const refusal = (code: ErrorCode, message?: string) =>
  expect.objectContaining({
    name: "ImgsealError",
    code,
    ...(message !== undefined && { message }),
  });

function keyOf(kid: string) {
  const key = allKeys.find(kid);
  if (key === undefined) throw new Error(`the vectors have no key "${kid}"`);
  return key;
}

describe.each(valid)("the grant vector: $name", ({ kid, claims, token, opens, refuses }) => {
  test("is issued byte for byte by both implementations", async () => {
    expect(signGrantSync(claims, keyOf(kid))).toBe(token);
    expect(await signGrant(claims, keyOf(kid))).toBe(token);
  });

  test("is an ordinary JWT to a JOSE library", async () => {
    const jwk: JWK = { ...allJwks.keys.find((candidate) => candidate.kid === kid) };
    delete jwk.d;
    const key = await importJWK(jwk);
    const options = { typ: "imgseal-grant+jwt", currentDate: new Date(now * 1000) };
    const { payload, protectedHeader } = await jwtVerify(token, key, options);
    expect(payload).toEqual(claims);
    expect(protectedHeader).toEqual({ alg: keyOf(kid).alg, kid, typ: "imgseal-grant+jwt" });
    await expect(compactVerify(token, key)).resolves.toBeDefined();
  });

  test("opens what it lists", () => {
    for (const target of opens) {
      judge(target);
      const url = parseTarget(target);
      expect(select(lookup(table, url.preset), url, undefined).source).toBe(url.source);
    }
    expect(opens.length).toBeGreaterThan(0);
  });

  test("opens nothing else", () => {
    for (const target of refuses) expect(() => judge(target), target).toThrow(refusal("GRANT_SCOPE"));
  });
});

/** Which check refuses which of the invalid ones. By the code alone, one check could stand in for another that is gone. */
const reasons: Readonly<Record<string, readonly string[]>> = {
  "expected three parts with a dot between them": [
    "no parts",
    "two parts",
    "four parts",
    "empty parts",
    "empty",
    "alg none without a signature",
  ],
  "expected the alg HS256, which is that of its key": [
    "alg none with a signature",
    "alg None",
    "alg missing",
    "alg HS512",
    "Ed25519 under an HS256 key's kid",
  ],
  "expected the alg Ed25519, which is that of its key": [
    "alg EdDSA",
    "HS256 with the public key as its secret",
  ],
  "the signature is not canonical base64url of Ed25519": [
    "HMAC with the public key as its secret, header of Ed25519",
  ],
  "expected a kid in the header": ["kid missing", "kid not a text"],
  "expected the typ imgseal-grant+jwt": ["typ JWT", "typ missing", "typ with a prefix"],
  "expected a header of alg, kid and typ alone": ["crit", "a key in the header"],
  "the header is not a JSON object": ["header not an object"],
  "the header is not JSON": ["header not JSON"],
  "the payload is not JSON": ["payload not JSON", "payload with a byte order mark"],
  "the payload is not a JSON object": ["payload an array", "payload null"],
  "the payload is not UTF-8": ["payload not UTF-8"],
  "the payload is not canonical base64url": [
    "padded payload",
    "header in base64, not base64url",
    "payload with left-over bits, signed so",
    "payload with left-over bits, signed so, Ed25519",
  ],
  "the signature is not canonical base64url of HS256": [
    "signature in a non-canonical spelling",
    "signature padded",
    "signature truncated",
    "white space",
    "4,096 characters of rubbish",
  ],
  'expected "exp" in unix seconds': ["exp missing", "exp a text", "exp a fraction", "exp beyond the grammar"],
  'expected "nbf" in unix seconds': ["nbf a text"],
  'expected "presets" to be names, or ["*"]': [
    "presets missing",
    "presets a text",
    "presets empty",
    "presets with * among others",
    "presets against the grammar",
  ],
  'expected "sources" to be source keys, or prefixes that end in "/", or [""]': [
    "sources missing",
    "sources empty",
    "sources with the empty prefix among others",
    "sources with a dot segment",
    "sources with a leading slash",
    "sources with an empty segment",
    "sources with a number",
  ],
};

describe("a hostile grant", () => {
  test.each(refused)("is refused with $code: $name", ({ target, code }) => {
    expect(() => judge(target)).toThrow(refusal(code));
  });

  test.each(
    Object.entries(reasons).flatMap(([reason, names]) => names.map((name) => [name, reason] as const)),
  )("is refused by the check that is meant: %s", (name, reason) => {
    const { target = "" } = refused.find((vector) => vector.name === name) ?? {};
    expect(() => judge(target)).toThrow(refusal("GRANT_INVALID", `the grant is not valid: ${reason}`));
  });

  test("is refused by its signature alone when nothing else is wrong with it", () => {
    const mismatch = "the signature does not match the grant";
    const elsewhere = new Set(Object.values(reasons).flat());
    const forged = refused.filter(({ name, code }) => code === "GRANT_INVALID" && !elsewhere.has(name));
    expect(forged.map(({ name }) => name)).toContain("another key's kid");
    for (const { name, target } of forged) {
      expect(() => judge(target), name).toThrow(refusal("GRANT_INVALID", mismatch));
    }
  });

  test("is refused without a word of it in the message", () => {
    for (const { target } of refused) {
      const token = /grant=([^&]*)/.exec(target)?.[1] ?? "";
      let told = "";
      try {
        judge(target);
      } catch (error) {
        told = `${String(error)} ${error instanceof Error ? String(error.cause) : ""}`;
      }
      for (const part of token.split(".")) if (part.length > 8) expect(told).not.toContain(part.slice(0, 8));
    }
  });
});

describe("the time of a grant", () => {
  const claims = { exp: now + 10, nbf: now, presets: ["thumb"], sources: ["a/"] };
  const target = `/thumb/a/b.jpg?grant=${signGrantSync(claims, keyOf("demo-ed-1"))}`;

  test("begins at nbf and ends at exp, to the second", () => {
    expect(() => judge(target, table, now)).not.toThrow();
    expect(() => judge(target, table, now + 9)).not.toThrow();
    expect(() => judge(target, table, now - 1)).toThrow(
      refusal("URL_EXPIRED", `the grant begins at ${now}, it is ${now - 1} now`),
    );
    expect(() => judge(target, table, now + 10)).toThrow(
      refusal("URL_EXPIRED", `the grant expired at ${now + 10}, it is ${now + 10} now`),
    );
  });

  test("is bounded by the longest lifetime, as that of a URL", () => {
    const bounded = (maxLifetimeSeconds: number) => ({
      ...table,
      signing: { requireExpiry: false, maxLifetimeSeconds },
    });
    expect(() => judge(target, bounded(10))).not.toThrow();
    expect(() => judge(target, bounded(9))).toThrow(
      refusal("URL_EXPIRED", "the expiry lies 10 s ahead, at most 9 s are allowed"),
    );
  });
});

test("what is out of scope is told apart: preset or source", () => {
  const token = signGrantSync(
    { exp: now + 10, presets: ["thumb", "card"], sources: ["a/", "b.jpg"] },
    keyOf("demo-1"),
  );
  expect(() => judge(`/og/a/x.jpg?grant=${token}`)).toThrow(
    refusal("GRANT_SCOPE", 'the grant does not open the preset "og", only thumb, card'),
  );
  expect(() => judge(`/thumb/c.jpg?grant=${token}`)).toThrow(
    refusal("GRANT_SCOPE", 'the grant does not open this source, only "a/", "b.jpg"'),
  );
});

test("a grant of every preset opens no preset that is not there", () => {
  const token = signGrantSync({ exp: now + 10, presets: ["*"], sources: [""] }, keyOf("demo-1"));
  const url = parseTarget(`/constructor/a.jpg?grant=${token}`);
  authorise(url, table, { keys: edgeKeys, nowSeconds: now });
  expect(() => lookup(table, url.preset)).toThrow(refusal("PRESET_UNKNOWN"));
});

/** Rightly signed, whatever it says. */
function tokenOf(claims: GrantClaims): string {
  const key = keyOf("demo-1");
  const [header = ""] = signGrantSync(claims, key).split(".");
  const input = `${header}.${Buffer.from(JSON.stringify(claims)).toString("base64url")}`;
  return `${input}.${signInNode(input, key)}`;
}

test.each(["exp", "nbf"])("%s is a moment after 1970, in whole seconds", (name) => {
  for (const moment of [0, -1, now + 0.5, 1e12]) {
    const claims = { exp: now + 10, presets: ["thumb"], sources: ["a/"], [name]: moment };
    expect(() => judge(`/thumb/a/b.jpg?grant=${tokenOf(claims)}`), String(moment)).toThrow(
      refusal("GRANT_INVALID", `the grant is not valid: expected "${name}" in unix seconds`),
    );
  }
});

test("claims that are not ours are left alone (RFC 7519 4)", () => {
  const claims = { iat: now, iss: "shop", exp: now + 10, presets: ["thumb"], sources: ["a/"] };
  const token = tokenOf(claims);
  expect(() => judge(`/thumb/a/b.jpg?grant=${token}`)).not.toThrow();
  expect(() => judge(`/thumb/b.jpg?grant=${token}`)).toThrow(refusal("GRANT_SCOPE"));
});

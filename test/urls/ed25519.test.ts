import { describe, expect, test } from "vitest";
import { authorise } from "../../src/urls/authorise.ts";
import { verifyHs256 } from "../../src/urls/hs256.ts";
import { parseKeySet } from "../../src/urls/key-set.ts";
import { sign } from "../../src/urls/signature.ts";
import { verify } from "../../src/urls/signature-verification.ts";
import { canonicalTarget, formatSignedUrl } from "../../src/urls/signed-url.ts";
import { signSync, verifySync } from "../../src/urls/sync-signature.ts";
import { allJwks, allKeys, edgeKeys, keys, parseTarget, table, vectors } from "../vectors/signed-urls.ts";

const now = vectors.clock;
const verification = { keys: edgeKeys, signing: table.signing, nowSeconds: now };
const { valid, refused } = vectors.ed25519;

/** Both implementations behind one face: whatever a vector says, both have to say it. */
const implementations = {
  jose: { sign, verify },
  "node:crypto": {
    sign: async (...args: Parameters<typeof signSync>) => signSync(...args),
    verify: async (...args: Parameters<typeof verifySync>) => verifySync(...args),
  },
};

describe.each(Object.entries(implementations))("Ed25519 in %s", (_, implementation) => {
  test.each(valid)("signs: $name", async ({ kid, preset, source, expires, version, ...expected }) => {
    const key = allKeys.find(kid);
    if (key === undefined) throw new Error(`the vectors have no key "${kid}"`);
    const url = {
      preset,
      source,
      ...(expires !== null && { exp: expires }),
      ...(version !== null && { ver: version }),
    };
    expect(`${key.protectedHeader}.${canonicalTarget(url)}`).toBe(expected.signingInput);
    const signed = await implementation.sign(url, key);
    expect(signed.sig).toBe(expected.signature);
    expect(formatSignedUrl(signed)).toBe(expected.target);
  });

  test.each(valid)("verifies with the public half alone: $name", async ({ target }) => {
    await expect(implementation.verify(parseTarget(target), verification)).resolves.toBeUndefined();
  });

  test.each(refused)("refuses: $name", async ({ target, code }) => {
    await expect(implementation.verify(parseTarget(target), verification)).rejects.toMatchObject({
      name: "ImgsealError",
      code,
    });
  });

  test("verifies HS256 by the same call", async () => {
    for (const { target } of vectors.valid) {
      await expect(implementation.verify(parseTarget(target), verification)).resolves.toBeUndefined();
    }
  });

  test("refuses to sign with a private half whose public half is another's", async () => {
    const [first, second] = vectors.ed25519.keys.keys;
    const mixed = parseKeySet({ keys: [{ ...first, x: second?.x }] }).signingKeyAt(now);
    const signing = async () => implementation.sign({ preset: "thumb", source: "a" }, mixed);
    for (let times = 0; times < 2; times++) {
      await expect(signing()).rejects.toThrow(
        new TypeError('the key "demo-ed-1": expected x to be the public half of d'),
      );
    }
  });

  test("cannot sign with a public half", async () => {
    const key = edgeKeys.find("demo-ed-1");
    if (key === undefined) throw new Error("the vectors have that key");
    await expect((async () => implementation.sign({ preset: "thumb", source: "a" }, key))()).rejects.toThrow(
      new TypeError('the key "demo-ed-1" is public and cannot sign'),
    );
  });
});

test("viewer-request's decision accepts Ed25519", () => {
  for (const { target } of valid) {
    expect(() => authorise(parseTarget(target), table, { keys: edgeKeys, nowSeconds: now })).not.toThrow();
  }
});

test("HS256 never takes a public key for a secret, whoever calls it", () => {
  const [{ target } = { target: "" }] = valid;
  expect(() => verifyHs256(parseTarget(target), verification)).toThrow(
    new TypeError('expected a key for HS256, "demo-ed-1" is for Ed25519'),
  );
});

describe("a key's window", () => {
  const url = valid[0] && parseTarget(valid[0].target);
  const judged = (window: object) => () => {
    const windowed = { keys: allJwks.keys.map((jwk) => ({ ...jwk, ...window })) };
    if (url === undefined) throw new Error("the vectors have a URL");
    verifySync(url, { ...verification, keys: parseKeySet(windowed) });
  };
  const unknown = (message: string) => expect.objectContaining({ code: "KEY_UNKNOWN", message });

  test("opens at nbf and closes at exp, to the second", () => {
    expect(judged({ nbf: now, exp: now + 1 })).not.toThrow();
    expect(judged({ nbf: now + 1 })).toThrow(
      unknown(`the time of the key "demo-ed-1" begins at ${now + 1}, it is ${now} now`),
    );
    expect(judged({ exp: now })).toThrow(
      unknown(`the time of the key "demo-ed-1" ended at ${now}, it is ${now} now`),
    );
  });

  test("chooses the key that signs: the first whose window covers the moment", () => {
    const [first, second] = vectors.keys.keys;
    const set = parseKeySet({
      keys: [
        { ...first, nbf: now },
        { ...second, exp: now + 100 },
      ],
    });
    expect(set.signingKeyAt(now - 1).kid).toBe("demo-2");
    expect(set.signingKeyAt(now).kid).toBe("demo-1");
    const gap = parseKeySet({ keys: [{ ...first, exp: now }] });
    expect(() => gap.signingKeyAt(now)).toThrow(
      new TypeError(`keys: expected one that can sign at ${now}, received none`),
    );
  });

  test("never makes a public half sign, and leaves the named key alone to sign", () => {
    expect(edgeKeys.signingKeyAt(now).kid).toBe("demo-1");
    expect(parseKeySet(allJwks, { signingKid: "demo-ed-2" }).signingKeyAt(now).kid).toBe("demo-ed-2");
    const publicOnly = parseKeySet({
      keys: vectors.ed25519.keys.keys.map((jwk) => ({ ...jwk, d: undefined })),
    });
    expect(() => publicOnly.signingKeyAt(now)).toThrow(TypeError);
    expect(keys.signingKeyAt(now)).toBe(keys.find("demo-1"));
  });
});

import { describe, expect, test } from "vitest";
import { authorise } from "../../src/urls/authorise.ts";
import { parseKeySet } from "../../src/urls/key-set.ts";
import { sign } from "../../src/urls/signature.ts";
import { signSync, verifySync } from "../../src/urls/sync-signature.ts";
import { allJwks, edgeKeys, keys, parseTarget, table, vectors } from "../vectors/signed-urls.ts";

const now = vectors.clock;
const verification = { keys: edgeKeys, signing: table.signing, nowSeconds: now };
const { valid } = vectors.ed25519;

const signers = {
  jose: sign,
  "node:crypto": async (...args: Parameters<typeof signSync>) => signSync(...args),
};

describe.each(Object.entries(signers))("Ed25519 in %s", (_, signWith) => {
  test("refuses to sign with a private half whose public half is another's", async () => {
    const [first, second] = vectors.ed25519.keys.keys;
    const mixed = parseKeySet({ keys: [{ ...first, x: second?.x }] }).signingKeyAt(now);
    const signing = async () => signWith({ preset: "thumb", source: "a" }, mixed);
    for (let times = 0; times < 2; times++) {
      await expect(signing()).rejects.toThrow(
        new TypeError('the key "demo-ed-1": expected x to be the public half of d'),
      );
    }
  });

  test("cannot sign with a public half", async () => {
    const key = edgeKeys.find("demo-ed-1");
    if (key === undefined) throw new Error("the vectors have that key");
    await expect((async () => signWith({ preset: "thumb", source: "a" }, key))()).rejects.toThrow(
      new TypeError('the key "demo-ed-1" is public and cannot sign'),
    );
  });
});

test("viewer-request's decision accepts Ed25519", () => {
  for (const { target } of valid) {
    expect(() => authorise(parseTarget(target), table, { keys: edgeKeys, nowSeconds: now })).not.toThrow();
  }
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

import { describe, expect, test } from "vitest";
import type { ImgsealError } from "../../src/errors.ts";
import { lookup } from "../../src/presets/table.ts";
import { authorise } from "../../src/urls/authorise.ts";
import { formatCanonicalPath } from "../../src/urls/canonical-path.ts";
import { isNegotiated, select } from "../../src/urls/select.ts";
import { sign } from "../../src/urls/signature.ts";
import { verify } from "../../src/urls/signature-verification.ts";
import { formatSignedUrl } from "../../src/urls/signed-url.ts";
import { signingInput, signSync, verifySync } from "../../src/urls/sync-signature.ts";
import type { Verification } from "../../src/urls/verification.ts";
import { allKeys, edgeKeys, parseTarget, table, vectors } from "../vectors/signed-urls.ts";

/** Ed25519 with the public halves alone. */
const verification: Verification = { keys: edgeKeys, signing: table.signing, nowSeconds: vectors.clock };

const valid = [...vectors.valid, ...vectors.ed25519.valid];
const refused = [...vectors.refused, ...vectors.ed25519.refused];

/** Both implementations behind one face: whatever a vector says, both have to say it. */
const implementations = {
  jose: { sign, verify },
  "node:crypto": {
    sign: async (...args: Parameters<typeof signSync>) => signSync(...args),
    verify: async (...args: Parameters<typeof verifySync>) => verifySync(...args),
  },
};

/** The whole walk from request target to canonical path. */
function walk(target: string, accept?: string): string {
  const url = parseTarget(target);
  authorise(url, table, verification);
  return formatCanonicalPath(select(lookup(table, url.preset), url, accept));
}

describe.each(Object.entries(implementations))("%s", (_, implementation) => {
  test.each(valid)("signs: $name", async ({ kid, preset, source, expires, version, ...expected }) => {
    const key = allKeys.find(kid);
    if (key === undefined) throw new Error(`the vectors have no key "${kid}"`);
    const url = {
      preset,
      source,
      ...(expires !== null && { exp: expires }),
      ...(version !== null && { ver: version }),
    };
    expect(signingInput(url, key)).toBe(expected.signingInput);
    const signed = await implementation.sign(url, key);
    expect(signed.sig).toBe(expected.signature);
    expect(formatSignedUrl(signed)).toBe(expected.target);
    expect(parseTarget(expected.target)).toEqual(signed);
  });

  test.each(valid)("verifies: $name", async ({ target }) => {
    await expect(implementation.verify(parseTarget(target), verification)).resolves.toBeUndefined();
  });

  test.each(vectors.respelled.targets)("verifies the re-spelling %s", async (target) => {
    await expect(implementation.verify(parseTarget(target), verification)).resolves.toBeUndefined();
  });

  test.each(refused)("refuses: $name", async ({ target, code }) => {
    const judged = (async () => {
      const url = parseTarget(target);
      await implementation.verify(url, verification);
      select(lookup(table, url.preset), url, undefined);
    })();
    await expect(judged).rejects.toMatchObject({
      name: "ImgsealError",
      code,
    } satisfies Partial<ImgsealError>);
  });
});

test("means one canonical path by all re-spellings", () => {
  const paths = [vectors.respelled.of, ...vectors.respelled.targets].map((target) =>
    walk(target, "image/avif"),
  );
  expect(new Set(paths)).toEqual(new Set(["/photos/%C3%A7at%20%281%29.jpg/thumb.3f9a1c20b4d7.avif"]));
});

test.each(refused)("the walk refuses with $code: $name", ({ target, code }) => {
  expect(() => walk(target)).toThrow(expect.objectContaining({ code }));
});

test.each(vectors.selected)("selects: $name", ({ target, accept, canonicalPath, negotiated }) => {
  expect(walk(target, accept ?? undefined)).toBe(canonicalPath);
  expect(isNegotiated(lookup(table, parseTarget(target).preset))).toBe(negotiated);
});

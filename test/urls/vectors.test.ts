import { describe, expect, test } from "vitest";
import type { ImgsealError } from "../../src/errors.ts";
import { lookup } from "../../src/presets/table.ts";
import { authorise } from "../../src/urls/authorise.ts";
import { formatCanonicalPath } from "../../src/urls/canonical-path.ts";
import { signHs256, verifyHs256 } from "../../src/urls/hs256.ts";
import { isNegotiated, select } from "../../src/urls/select.ts";
import { sign } from "../../src/urls/signature.ts";
import { verify } from "../../src/urls/signature-verification.ts";
import { canonicalTarget, formatSignedUrl } from "../../src/urls/signed-url.ts";
import type { Verification } from "../../src/urls/verification.ts";
import { keys, parseTarget, table, vectors } from "../vectors/signed-urls.ts";

const verification: Verification = { keys, signing: table.signing, nowSeconds: vectors.clock };

/** Both implementations behind one face: whatever a vector says, both have to say it. */
const implementations = {
  jose: { sign, verify },
  "node:crypto": {
    sign: async (...args: Parameters<typeof signHs256>) => signHs256(...args),
    verify: async (...args: Parameters<typeof verifyHs256>) => verifyHs256(...args),
  },
};

/** The whole walk from request target to canonical path. */
function walk(target: string, accept?: string): string {
  const url = parseTarget(target);
  authorise(url, table, verification);
  return formatCanonicalPath(select(lookup(table, url.preset), url, accept));
}

describe.each(Object.entries(implementations))("%s", (_, implementation) => {
  test.each(vectors.valid)("signs: $name", async ({ kid, preset, source, expires, version, ...expected }) => {
    const key = keys.find(kid);
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
    expect(parseTarget(expected.target)).toEqual(signed);
  });

  test.each(vectors.valid)("verifies: $name", async ({ target }) => {
    await expect(implementation.verify(parseTarget(target), verification)).resolves.toBeUndefined();
  });

  test.each(vectors.respelled.targets)("verifies the re-spelling %s", async (target) => {
    await expect(implementation.verify(parseTarget(target), verification)).resolves.toBeUndefined();
  });

  test.each(vectors.refused)("refuses: $name", async ({ target, code }) => {
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

test.each(vectors.refused)("the walk refuses with $code: $name", ({ target, code }) => {
  expect(() => walk(target)).toThrow(expect.objectContaining({ code }));
});

test.each(vectors.selected)("selects: $name", ({ target, accept, canonicalPath, negotiated }) => {
  expect(walk(target, accept ?? undefined)).toBe(canonicalPath);
  expect(isNegotiated(lookup(table, parseTarget(target).preset))).toBe(negotiated);
});

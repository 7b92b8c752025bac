import { createHmac } from "node:crypto";
import { describe, expect, test } from "vitest";
import type { ErrorCode } from "../../src/errors.ts";
import { authorise } from "../../src/urls/authorise.ts";
import { sign } from "../../src/urls/signature.ts";
import { verify } from "../../src/urls/signature-verification.ts";
import { canonicalTarget, type SignedUrl } from "../../src/urls/signed-url.ts";
import { signSync, verifySync } from "../../src/urls/sync-signature.ts";
import { keys, parseTarget, vectors } from "../vectors/signed-urls.ts";

const now = 1_800_000_000;
const key = keys.signingKeyAt(0);
const claims = { preset: "thumb", source: "photos/cat.jpg" };
const signed = signSync({ ...claims, exp: now + 10 }, key);
const mismatch = "the signature does not match the URL";
const form = "the signature is not canonical base64url of HS256";

const free = { requireExpiry: false };
const strict = { requireExpiry: true, maxLifetimeSeconds: 3_600 };

const refusals: readonly [string, SignedUrl, ErrorCode, string][] = [
  ["no signature", { ...claims, kid: "demo-1" }, "SIGNATURE_MISSING", 'the URL has no "sig"'],
  ["no kid", { ...claims, sig: signed.sig }, "SIGNATURE_MISSING", 'the URL has no "kid"'],
  ["an unknown kid", { ...signed, kid: "demo-9" }, "KEY_UNKNOWN", 'no key has the kid "demo-9"'],
  ["a prototype's kid", { ...signed, kid: "__proto__" }, "KEY_UNKNOWN", 'no key has the kid "__proto__"'],
  ["a truncated signature", { ...signed, sig: signed.sig.slice(1) }, "SIGNATURE_INVALID", form],
  ["a padded signature", { ...signed, sig: `${signed.sig}=` }, "SIGNATURE_INVALID", form],
  ["a signature in astral characters", { ...signed, sig: "🐈".repeat(22) }, "SIGNATURE_INVALID", form],
  ["a signature of zeros", { ...signed, sig: "A".repeat(43) }, "SIGNATURE_INVALID", mismatch],
  ["another claim", { ...signed, source: "photos/dog.jpg" }, "SIGNATURE_INVALID", mismatch],
  ["an expired forgery", { ...signed, exp: 1 }, "SIGNATURE_INVALID", mismatch],
];

const verifiers = {
  jose: verify,
  "node:crypto": async (...args: Parameters<typeof verifySync>) => verifySync(...args),
};

describe.each(Object.entries(verifiers))("%s", (_, verifying) => {
  test.each(refusals)("refuses %s", async (_name, url, code, message) => {
    await expect(verifying(url, { keys, signing: free, nowSeconds: now })).rejects.toMatchObject({
      code,
      message,
    });
  });

  test("accepts until the second before the expiry, and not from the expiry on", async () => {
    await expect(verifying(signed, { keys, signing: free, nowSeconds: now + 9 })).resolves.toBeUndefined();
    await expect(verifying(signed, { keys, signing: free, nowSeconds: now + 10 })).rejects.toMatchObject({
      code: "URL_EXPIRED",
      message: `the URL expired at ${now + 10}, it is ${now + 10} now`,
    });
  });

  test("refuses a URL without the expiry that is required", async () => {
    await expect(
      verifying(signSync(claims, key), { keys, signing: strict, nowSeconds: now }),
    ).rejects.toMatchObject({
      code: "URL_EXPIRED",
      message: 'the URL has no "exp", and an expiry is required',
    });
  });

  test("accepts an expiry as far ahead as allowed and refuses one a second further", async () => {
    const url = signSync({ ...claims, exp: now + 3_600 }, key);
    await expect(verifying(url, { keys, signing: strict, nowSeconds: now })).resolves.toBeUndefined();
    await expect(verifying(url, { keys, signing: strict, nowSeconds: now - 1 })).rejects.toMatchObject({
      code: "URL_EXPIRED",
      message: "the expiry lies 3601 s ahead, at most 3600 s are allowed",
    });
  });
});

test("one line of any HMAC makes the same signature", async () => {
  const jwk = vectors.keys.keys.find(({ kid }) => kid === key.kid);
  const sig = createHmac("sha256", Buffer.from(jwk?.k ?? "", "base64url"))
    .update(`${key.protectedHeader}.${canonicalTarget(signed)}`)
    .digest("base64url");
  expect(signed.sig).toBe(sig);
  expect(await sign({ ...claims, exp: now + 10 }, key)).toEqual(signed);
});

describe("authorise", () => {
  const table = {
    signing: free,
    presets: { thumb: { access: "signed" }, og: { access: "public" } },
  } as const;
  const attempt = (target: string) => () => authorise(parseTarget(target), table, { keys, nowSeconds: now });
  const missing = (what: string) =>
    expect.objectContaining({ code: "SIGNATURE_MISSING", message: `the URL has no "${what}"` });

  test("lets a bare URL of a public preset through, selectors and strangers included", () => {
    for (const query of ["", "?w=640&dpr=2&fm=jpeg", "?utm_source=x", "?sig=&kid="]) {
      expect(attempt(`/og/a.jpg${query}`)).not.toThrow();
    }
  });

  test("refuses an unsigned claim on a public preset", () => {
    expect(attempt("/og/a.jpg?ver=1")).toThrow(missing("sig"));
    expect(attempt(`/og/a.jpg?exp=${now + 1}`)).toThrow(missing("sig"));
    expect(attempt("/og/a.jpg?kid=demo-1")).toThrow(missing("sig"));
    expect(attempt("/og/a.jpg?sig=x")).toThrow(missing("kid"));
  });

  test("verifies a signature on a public preset like any other", () => {
    const { kid, sig } = signSync({ preset: "og", source: "a.jpg", ver: "1" }, key);
    expect(attempt(`/og/a.jpg?ver=1&kid=${kid}&sig=${sig}`)).not.toThrow();
    expect(attempt(`/og/a.jpg?ver=2&kid=${kid}&sig=${sig}`)).toThrow(
      expect.objectContaining({ code: "SIGNATURE_INVALID", message: mismatch }),
    );
    expect(attempt("/og/a.jpg?grant=a.b.c")).toThrow(expect.objectContaining({ code: "GRANT_INVALID" }));
  });

  test("says the same of a preset that is not public and of one that does not exist", () => {
    for (const preset of ["thumb", "nosuch", "constructor"]) {
      expect(attempt(`/${preset}/a.jpg`)).toThrow(missing("sig"));
    }
  });

  test("refuses a canonical path that was typed by hand", () => {
    expect(attempt("/photos/cat.jpg/thumb.3f9a1c20b4d7.webp")).toThrow(missing("sig"));
  });

  test("never puts a signature or a token into an error", () => {
    const secret = "c2VjcmV0LXNpZ25hdHVyZS10aGF0LWlzLW5vdC1sb2dnZWQ";
    for (const query of [
      `kid=demo-1&sig=${secret}`,
      `kid=x&sig=${secret}`,
      `sig=${secret}`,
      `grant=${secret}`,
    ]) {
      let message = "";
      try {
        attempt(`/thumb/a.jpg?${query}`)();
      } catch (error) {
        message = String(error);
      }
      expect(message).toMatch(/^ImgsealError: /);
      expect(message).not.toContain(secret.slice(0, 8));
    }
  });
});

import fc from "fast-check";
import { expect, test } from "vitest";
import { ImgsealError } from "../../src/errors.ts";
import { formatCanonicalPath, parseCanonicalPath, storeKey } from "../../src/urls/canonical-path.ts";
import { select } from "../../src/urls/select.ts";
import { sign } from "../../src/urls/signature.ts";
import { verify } from "../../src/urls/signature-verification.ts";
import { formatSignedUrl, parseSignedUrl, type SignedUrl } from "../../src/urls/signed-url.ts";
import { decodeSourceKey, encodeSourceKey } from "../../src/urls/source-key.ts";
import { signSync, verifySync } from "../../src/urls/sync-signature.ts";
import type { Verification } from "../../src/urls/verification.ts";
import { keys, parseTarget } from "../vectors/signed-urls.ts";
import {
  claims,
  presetNames,
  respellings,
  selectors,
  sourceKeys,
  variants,
  versions,
} from "./arbitraries.ts";

/** At the beginning of time nothing has expired. */
const verification: Verification = { keys, signing: { requireExpiry: false }, nowSeconds: 0 };
const key = keys.signingKeyAt(0);
const revision = "3f9a1c20b4d7";

/** What both implementations say; that they say the same is part of every property. */
async function judge(url: SignedUrl): Promise<string> {
  const [byNode, byJose] = await Promise.all([
    outcome(async () => verifySync(url, verification)),
    outcome(() => verify(url, verification)),
  ]);
  expect(byJose).toBe(byNode);
  return byNode;
}

async function outcome(verifying: () => Promise<void>): Promise<string> {
  try {
    await verifying();
    return "accepted";
  } catch (error) {
    if (error instanceof ImgsealError) return `${error.code}: ${error.message}`;
    throw error;
  }
}

test("a source key survives its wire spelling, which is a canonical one", () => {
  fc.assert(
    fc.property(sourceKeys, (source) => {
      const wire = encodeSourceKey(source);
      expect(wire).toMatch(/^(?:[A-Za-z0-9\-._~/]|%[0-9A-F]{2})+$/);
      expect(decodeSourceKey(wire)).toBe(source);
    }),
    { numRuns: 500 },
  );
});

test("what is signed verifies, and both implementations sign alike", async () => {
  await fc.assert(
    fc.asyncProperty(claims, selectors, async (signedClaims, given) => {
      const url = signSync({ ...signedClaims, ...given }, key);
      expect(await sign({ ...signedClaims, ...given }, key)).toEqual(url);
      expect(await judge(url)).toBe("accepted");
      expect(await judge(parseTarget(formatSignedUrl(url)))).toBe("accepted");
    }),
  );
});

test("any equivalent spelling of a signed URL verifies and means the identical canonical path", async () => {
  const spelled = fc.tuple(claims, selectors).chain(([signedClaims, { w, dpr }]) => {
    const url = signSync({ ...signedClaims, ...(w && { w }), ...(dpr && { dpr }) }, key);
    return fc.tuple(fc.constant(url), respellings(formatSignedUrl(url)));
  });
  const sizes = fc.constantFrom({}, { widths: [640, 1280] }, { dprs: [1, 1.5, 2] });
  await fc.assert(
    fc.asyncProperty(spelled, sizes, async ([url, respelled], size) => {
      const parsed = parseTarget(respelled);
      expect(parsed).toEqual(url);
      expect(await judge(parsed)).toBe("accepted");
      const preset = { ...size, name: url.preset, revision, sources: [], formats: ["avif", "jpeg"] } as const;
      const path = formatCanonicalPath(select(preset, parsed, "image/avif"));
      expect(path).toBe(formatCanonicalPath(select(preset, url, "image/avif")));
      expect(path.startsWith(`/${encodeSourceKey(url.source)}/${url.preset}.${revision}`)).toBe(true);
    }),
    { numRuns: 300 },
  );
});

test("any change of preset, source, expiry, version, key id or signature is refused", async () => {
  const change: fc.Arbitrary<Partial<SignedUrl>> = fc.oneof(
    fc.record({ preset: presetNames }),
    fc.record({ source: sourceKeys }),
    fc.record({ exp: fc.integer({ min: 1, max: 999_999_999_999 }) }),
    fc.record({ ver: versions }),
    fc.record({
      kid: fc.oneof(
        fc.constant("demo-2"),
        versions.filter((kid) => kid.length <= 32),
      ),
    }),
    fc.record({ sig: fc.oneof(fc.string(), fc.stringMatching(/^[A-Za-z0-9_-]{43}$/)) }),
  );
  await fc.assert(
    fc.asyncProperty(claims, change, async (signedClaims, changed) => {
      const url = signSync(signedClaims, key);
      fc.pre(Object.entries(changed).some(([name, value]) => Reflect.get(url, name) !== value));
      expect(await judge({ ...url, ...changed })).toMatch(/^(?:SIGNATURE_(?:INVALID|MISSING)|KEY_UNKNOWN): /);
    }),
    { numRuns: 500 },
  );
});

test("an expiry or a version taken away is refused", async () => {
  await fc.assert(
    fc.asyncProperty(claims, fc.constantFrom("exp", "ver"), async (signedClaims, name) => {
      fc.pre(name in signedClaims);
      const { [name]: _, ...rest } = signSync(signedClaims, key);
      expect(await judge(rest as SignedUrl)).toBe("SIGNATURE_INVALID: the signature does not match the URL");
    }),
  );
});

test("every single character of a signature counts", async () => {
  const url = signSync({ preset: "thumb", source: "photos/cat.jpg" }, key);
  for (let index = 0; index < url.sig.length; index++) {
    for (const character of "ABMwxyz059_-") {
      const sig = url.sig.slice(0, index) + character + url.sig.slice(index + 1);
      if (sig !== url.sig) expect(await judge({ ...url, sig })).toMatch(/^SIGNATURE_INVALID: /);
    }
  }
});

test("parse undoes format for public URLs, whatever the selectors and the hint", () => {
  const grants = fc.string({ unit: "binary", maxLength: 200 });
  const urls = fc.oneof(
    fc.tuple(claims, selectors).map(([signedClaims, given]) => ({ ...signedClaims, ...given })),
    fc.tuple(claims, selectors).map(([signedClaims, given]) => signSync({ ...signedClaims, ...given }, key)),
    fc.tuple(presetNames, sourceKeys, grants).map(([preset, source, grant]) => ({ preset, source, grant })),
  );
  fc.assert(
    fc.property(urls, fc.option(fc.constant("3f9a1c"), { nil: undefined }), (url, rev) => {
      const target = formatSignedUrl(url, rev);
      expect(target).toMatch(/^[!-~]+$/);
      expect(parseTarget(target)).toEqual(url);
    }),
    { numRuns: 500 },
  );
});

test("parse undoes format for canonical paths, and format undoes parse", () => {
  fc.assert(
    fc.property(variants, (variant) => {
      const path = formatCanonicalPath(variant);
      expect(parseCanonicalPath(path)).toEqual(variant);
      expect(formatCanonicalPath(parseCanonicalPath(path))).toBe(path);
    }),
    { numRuns: 1_000 },
  );
});

test("no two different variants share a path or a store key", () => {
  const neighbours = fc
    .tuple(variants, variants, fc.subarray(["source", "version", "preset", "revision", "format"]))
    .map(([one, other, shared]) => {
      const entries = shared.filter((name) => name in one).map((name) => [name, Reflect.get(one, name)]);
      return [one, { ...other, ...Object.fromEntries(entries) }] as const;
    });
  fc.assert(
    fc.property(neighbours, ([one, other]) => {
      const isSame = canonicalJson(one) === canonicalJson(other);
      expect(formatCanonicalPath(one) === formatCanonicalPath(other)).toBe(isSame);
      expect(storeKey(one) === storeKey(other)).toBe(isSame);
    }),
    { numRuns: 1_000 },
  );
});

test("a store key is the decoded canonical path and fits an S3 key", () => {
  fc.assert(
    fc.property(variants, (variant) => {
      expect(storeKey(variant)).toBe(decodeURIComponent(formatCanonicalPath(variant).slice(1)));
      expect(Buffer.byteLength(storeKey(variant))).toBeLessThanOrEqual(1_024);
    }),
  );
});

test("a path that format would not have written is refused", () => {
  const edit = fc.record({
    at: fc.nat(),
    length: fc.nat({ max: 2 }),
    text: fc.oneof(
      fc.constantFrom("%2f", "%41", ".", "/", "0", "x", "%C3", " "),
      fc.string({ maxLength: 2 }),
    ),
  });
  fc.assert(
    fc.property(variants, edit, (variant, { at, length, text }) => {
      const path = formatCanonicalPath(variant);
      const index = at % path.length;
      const edited = path.slice(0, index) + text + path.slice(index + length);
      try {
        expect(formatCanonicalPath(parseCanonicalPath(edited))).toBe(edited);
      } catch (error) {
        expect(error).toMatchObject({ code: "URL_MALFORMED" });
      }
    }),
    { numRuns: 2_000 },
  );
});

test("parse takes any two texts and answers with a URL or URL_MALFORMED", () => {
  const text = fc.oneof(
    fc.string({ unit: "binary" }),
    fc
      .array(fc.constantFrom("%", "%2", "%2F", "%ff", "/", "thumb", "&", "=", "exp", "sig", "1", "\ud800"), {
        maxLength: 12,
      })
      .map((parts) => parts.join("")),
  );
  fc.assert(
    fc.property(text, text, (path, query) => {
      try {
        const url = parseSignedUrl(`/${path}`, query);
        expect(parseTarget(formatSignedUrl(url))).toEqual(url);
      } catch (error) {
        expect(error).toMatchObject({ name: "ImgsealError", code: "URL_MALFORMED" });
      }
    }),
    { numRuns: 2_000 },
  );
});

function canonicalJson(value: object): string {
  return JSON.stringify(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

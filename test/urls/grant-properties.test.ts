import fc from "fast-check";
import { expect, test } from "vitest";
import { ImgsealError } from "../../src/errors.ts";
import { authorise } from "../../src/urls/authorise.ts";
import { type GrantClaims, parseGrantClaims } from "../../src/urls/grant.ts";
import { signGrantSync } from "../../src/urls/grant-verification.ts";
import { formatSignedUrl } from "../../src/urls/signed-url.ts";
import { allKeys, edgeKeys, parseTarget, table, vectors } from "../vectors/signed-urls.ts";
import { presetNames, respellings, sourceKeys } from "./arbitraries.ts";

const nowSeconds = vectors.clock;
const scopes = fc.record<GrantClaims>({
  exp: fc.integer({ min: nowSeconds + 1, max: 999_999_999_999 }),
  presets: fc.oneof(fc.constant(["*"]), fc.array(presetNames, { minLength: 1, maxLength: 4 })),
  sources: fc.oneof(
    fc.constant([""]),
    fc.array(
      fc.tuple(sourceKeys, fc.boolean()).map(([key, isPrefix]) => (isPrefix ? `${key}/` : key)),
      { minLength: 1, maxLength: 4 },
    ),
  ),
});
const signingKeys = fc.constantFrom(...allKeys.keys);

function isOpen(target: string): boolean {
  try {
    authorise(parseTarget(target), table, { keys: edgeKeys, nowSeconds });
    return true;
  } catch (error) {
    if (error instanceof ImgsealError && error.code === "GRANT_SCOPE") return false;
    throw error;
  }
}

test("a grant opens what it lists and nothing else, however the URL is spelled", () => {
  let opened = 0;
  const urls = fc.tuple(scopes, signingKeys, presetNames, sourceKeys, fc.nat(), fc.boolean());
  fc.assert(
    fc.property(
      urls.chain(([claims, key, preset, source, pick, isNear]) => {
        // Half of the URLs are near what is listed, or nearly nothing would be opened.
        const scope = claims.sources[pick % claims.sources.length] ?? "";
        const near = scope.endsWith("/") || scope === "" ? `${scope}${source}` : scope;
        const url = isNear
          ? { preset: claims.presets[0] === "*" ? preset : (claims.presets[0] ?? preset), source: near }
          : { preset, source };
        const target = formatSignedUrl({ ...url, grant: signGrantSync(claims, key) });
        return fc.tuple(fc.constant(claims), fc.constant(url), respellings(target));
      }),
      ([{ presets, sources }, { preset, source }, target]) => {
        fc.pre(new TextEncoder().encode(source).length <= 850 && target.length < 4_000);
        // Not as the code does it: by every prefix of whole segments.
        const segments = source.split("/");
        const prefixes = segments.map((_, index) => `${segments.slice(0, index + 1).join("/")}/`);
        const isListed =
          (presets.includes("*") || presets.includes(preset)) &&
          sources.some((listed) => ["", source, ...prefixes.slice(0, -1)].includes(listed));
        expect(isOpen(target)).toBe(isListed);
        if (isListed) opened++;
      },
    ),
    { seed: 20_261_123, numRuns: 600 },
  );
  expect(opened).toBeGreaterThan(100);
  expect(opened).toBeLessThan(500);
});

test("claims are undone by parsing", () => {
  fc.assert(
    fc.property(scopes, signingKeys, (claims, key) => {
      const [, payload = ""] = signGrantSync(claims, key).split(".");
      expect(parseGrantClaims(Buffer.from(payload, "base64url").toString())).toEqual(claims);
    }),
  );
});

test("a token with anything changed is refused", () => {
  const tokens = vectors.grants.valid.map(({ token, opens }) => ({
    token,
    path: opens[0]?.split("?")[0] ?? "",
  }));
  const alphabet = [..."ABCXYZabcxyz0189-_.=+/ %"];
  fc.assert(
    fc.property(
      fc.constantFrom(...tokens),
      fc.nat(),
      fc.constantFrom("", ...alphabet),
      fc.boolean(),
      ({ token, path }, at, put, isInserted) => {
        const index = at % (token.length + 1);
        const changed = token.slice(0, index) + put + token.slice(isInserted ? index : index + 1);
        fc.pre(changed !== token);
        const judged = () =>
          authorise(parseTarget(`${path}?grant=${encodeURIComponent(changed)}`), table, {
            keys: edgeKeys,
            nowSeconds,
          });
        expect(judged).toThrow(
          expect.objectContaining({ code: expect.stringMatching(/^(GRANT_INVALID|KEY_UNKNOWN)$/) }),
        );
      },
    ),
    { seed: 20_261_123, numRuns: 2_000 },
  );
});

import fc from "fast-check";
import { expect, test } from "vitest";
import { type ErrorCode, ImgsealError } from "../../src/errors.ts";
import { lookup } from "../../src/presets/table.ts";
import { authorise } from "../../src/urls/authorise.ts";
import { formatCanonicalPath } from "../../src/urls/canonical-path.ts";
import { select } from "../../src/urls/select.ts";
import { canonicalTarget } from "../../src/urls/signed-url.ts";
import { keys, parseTarget, table, vectors } from "../vectors/signed-urls.ts";

const documented: ReadonlySet<ErrorCode> = new Set([
  "URL_MALFORMED",
  "SIGNATURE_MISSING",
  "SIGNATURE_INVALID",
  "KEY_UNKNOWN",
  "URL_EXPIRED",
  "GRANT_INVALID",
  "PRESET_UNKNOWN",
  "VARIANT_UNDECLARED",
] satisfies ErrorCode[]);

const targets = [...vectors.valid, ...vectors.refused, ...vectors.selected].map(({ target }) => target);

/** Refused for another reason than their signature, which is right. */
const signedAndRefused = vectors.refused.filter(
  ({ code }) => code === "VARIANT_UNDECLARED" || code === "PRESET_UNKNOWN",
);

/** Everything that was ever signed for these vectors; whatever gets through has to be one of them. */
const signedTargets: ReadonlySet<string> = new Set(
  [...vectors.valid, ...vectors.selected, ...signedAndRefused].map(({ target }) =>
    canonicalTarget(parseTarget(target)),
  ),
);

const splice = fc.record({
  at: fc.oneof(fc.nat(), fc.constant("end" as const)),
  length: fc.nat({ max: 6 }),
  text: fc.oneof(
    fc.constantFrom(
      "%",
      "%2e",
      "%2F",
      "%00",
      "//",
      "/../",
      "?",
      "&",
      "=",
      "&exp=1",
      "&grant=a.b.c",
      "&w=1",
      "&dpr=2",
    ),
    fc.constantFrom(
      "&fm=gif",
      "&%73ig=x",
      "&kid=",
      "+",
      "#",
      ";",
      "\\",
      "\u0000",
      "é",
      "\ud800",
      "__proto__",
    ),
    fc.string({ maxLength: 3 }),
  ),
});

test("mutated URLs end in a documented code or in something that was signed", () => {
  let passed = 0;
  let refused = 0;
  const mutated = fc.tuple(
    fc.constantFrom(...targets),
    fc.array(splice, { minLength: 1, maxLength: 3 }),
    fc.option(fc.string({ unit: "binary" }), { nil: undefined }),
  );
  fc.assert(
    fc.property(mutated, ([original, splices, accept]) => {
      const target = splices.reduce((current, { at, length, text }) => {
        const index = at === "end" ? current.length : at % (current.length + 1);
        return current.slice(0, index) + text + current.slice(index + length);
      }, original);
      try {
        const url = parseTarget(target);
        authorise(url, table, { keys, nowSeconds: vectors.clock });
        expect(signedTargets).toContain(canonicalTarget(url));
        expect(formatCanonicalPath(select(lookup(table, url.preset), url, accept))).toMatch(/^\/[!-~]+$/);
        passed++;
      } catch (error) {
        if (!(error instanceof ImgsealError)) throw error;
        expect(documented).toContain(error.code);
        refused++;
      }
    }),
    { seed: 20_261_122, numRuns: 6_000 },
  );
  // A fuzzer that only ever sees one answer has tested nothing.
  expect(passed).toBeGreaterThan(50);
  expect(refused).toBeGreaterThan(3_000);
});

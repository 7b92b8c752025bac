/**
 * What property tests draw: source keys with everything that breaks signatures elsewhere, claims, variants,
 * re-spellings.
 */

import fc from "fast-check";
import { outputFormats, type Variant } from "../../src/presets/variant.ts";
import type { SignedClaims } from "../../src/urls/signed-url.ts";
import { isSourceKey } from "../../src/urls/source-key.ts";

const tricky = [
  ..."%+ .~-_()'!*&=?#:;@,$\"<>[]{}|^`",
  "%2F",
  "%252F",
  "..",
  "e\u0301",
  "\u00e9",
  "한",
  "🐈",
  "👩‍🚀",
  "\u{10ffff}",
];

const segment = fc
  .array(
    fc.oneof(
      fc.constantFrom(...tricky),
      fc.string({ unit: "binary", maxLength: 3 }),
      fc.constantFrom(..."aZ09"),
    ),
    {
      minLength: 1,
      maxLength: 8,
    },
  )
  .map((parts) => parts.join(""));

export const sourceKeys = fc
  .array(segment, { minLength: 1, maxLength: 4 })
  .map((segments) => segments.join("/"))
  .filter(isSourceKey);

const letters = fc.constantFrom(..."abcdefghijklmnopqrstuvwxyz");
const wordCharacters = fc.constantFrom(..."ABCXYZabcxyz0189_-");

const joined = (unit: fc.Arbitrary<string>, minLength: number, maxLength: number) =>
  fc.array(unit, { minLength, maxLength }).map((parts) => parts.join(""));

export const presetNames = fc
  .tuple(letters, joined(fc.oneof(letters, fc.constantFrom(..."09-")), 0, 31))
  .map(([first, rest]) => first + rest);

export const versions = joined(wordCharacters, 1, 64);

export const expiries = fc.oneof(
  fc.integer({ min: 1, max: 999_999_999_999 }),
  fc.integer({ min: 1, max: 10 }),
);

export const claims: fc.Arbitrary<SignedClaims> = fc.record(
  { preset: presetNames, source: sourceKeys, exp: expiries, ver: versions },
  { requiredKeys: ["preset", "source"] },
);

export const selectors = fc.record(
  {
    w: fc.integer({ min: 1, max: 99_999 }),
    dpr: fc.integer({ min: 100, max: 999 }).map((hundredths) => hundredths / 100),
    fm: fc.oneof(fc.constantFrom(...outputFormats), fc.string({ unit: "binary" })),
  },
  { requiredKeys: [] },
);

const size = fc.oneof(
  fc.constant({}),
  fc.record({ width: fc.integer({ min: 1, max: 99_999 }) }),
  fc.record({ dpr: fc.integer({ min: 101, max: 999 }).map((hundredths) => hundredths / 100) }),
);

export const variants: fc.Arbitrary<Variant> = fc
  .tuple(
    fc.record(
      {
        source: sourceKeys,
        version: versions,
        preset: presetNames,
        revision: joined(fc.constantFrom(..."0123456789abcdef"), 12, 12),
        format: fc.constantFrom(...outputFormats),
      },
      { requiredKeys: ["source", "preset", "revision", "format"] },
    ),
    size,
  )
  .map(([drawn, drawnSize]) => ({ ...drawn, ...drawnSize }));

/**
 * Characters that mean the same in a path, escaped or not (RFC 3986 2.3; the sub-delims are data in this
 * scheme).
 */
const optional = /[A-Za-z0-9\-._~!$&'()*+,;=:@]/;

/**
 * A target in another spelling: escapes added, removed, in lower case; parameters shuffled among strangers.
 */
export function respellings(target: string): fc.Arbitrary<string> {
  const [path = "", query = ""] = target.split("?");
  return fc
    .tuple(
      respelledText(path.slice(1)),
      fc.tuple(...query.split("&").map(respelledParameter)).chain((parameters) =>
        fc
          .subarray(["utm_source=x", "fbclid=%zz", "rev=3f9a1c", "t", "", "=", "%", "_=1&_=1", "q=a+b"])
          .chain((strangers) =>
            fc.shuffledSubarray([...parameters, ...strangers], {
              minLength: parameters.length + strangers.length,
            }),
          ),
      ),
    )
    .map(([respelledPath, parameters]) => `/${respelledPath}?${parameters.join("&")}`);
}

function respelledParameter(parameter: string): fc.Arbitrary<string> {
  const equals = parameter.indexOf("=");
  return fc
    .tuple(respelledText(parameter.slice(0, equals)), respelledText(parameter.slice(equals + 1)))
    .map(([name, value]) => `${name}=${value}`);
}

function respelledText(canonical: string): fc.Arbitrary<string> {
  const units = canonical.match(/%..|[^%]/g) ?? [];
  return fc
    .array(fc.nat({ max: 2 }), { minLength: units.length, maxLength: units.length })
    .map((choices) => units.map((unit, index) => respelledUnit(unit, choices[index] ?? 0)).join(""));
}

function respelledUnit(unit: string, choice: number): string {
  if (choice === 0 || unit === "/") return unit;
  const character = unit.length === 3 ? String.fromCharCode(Number.parseInt(unit.slice(1), 16)) : unit;
  if (choice === 1 && unit.length === 3) return optional.test(character) ? character : unit.toLowerCase();
  return `%${character.charCodeAt(0).toString(16).padStart(2, "0")}`;
}

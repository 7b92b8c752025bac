/** The claims of a grant, from what a caller asks for. */

import { type GrantClaims, isSourceScope, maxGrantCharacters } from "../src/urls/grant.ts";
import type { ExpiryOptions } from "./expiry.ts";
import { misuse, oneOf } from "./misuse.ts";

export interface GrantOptions<Name extends string = string> extends ExpiryOptions {
  /** Names of presets, or `["*"]` for all that there are and will be. */
  readonly presets: readonly (Name | "*")[];
  /** Whole source keys, or prefixes that end in `/`; `[""]` for all. */
  readonly sources: readonly string[];
  /** The moment from which the grant opens; left out, it opens at once. */
  readonly notBefore?: Date;
}

/**
 * The claims that the options spell, without their expiry.
 *
 * @throws TypeError
 */
export function parseScopes(
  { presets, sources, notBefore }: GrantOptions,
  known: readonly string[],
): Omit<GrantClaims, "exp"> {
  requireScopes("presets", presets, "*", (scope) =>
    known.includes(scope) ? undefined : oneOf(known, scope),
  );
  requireScopes("sources", sources, "", (scope) =>
    isSourceScope(scope) ? undefined : 'source keys, or prefixes that end in "/"',
  );
  return { ...(notBefore !== undefined && { nbf: parseMoment(notBefore) }), presets, sources };
}

/** @throws TypeError for a token that no URL can carry */
export function requireFitting(token: string): string {
  if (token.length <= maxGrantCharacters) return token;
  return misuse("grant", `a token of at most ${maxGrantCharacters} characters`, token.length);
}

/** @param problem what was expected instead of a scope, if it is none */
function requireScopes(
  option: string,
  scopes: unknown,
  everything: string,
  problem: (scope: string) => string | undefined,
): void {
  if (!Array.isArray(scopes) || scopes.length === 0) {
    misuse(option, `an array, ["${everything}"] for all`, scopes);
  }
  if (scopes.length === 1 && scopes[0] === everything) return;
  for (const scope of scopes) {
    const expected = typeof scope === "string" ? problem(scope) : "texts";
    if (expected !== undefined) misuse(option, expected, scope);
  }
}

function parseMoment(notBefore: unknown): number {
  // Rounded up: not a second before.
  const seconds = notBefore instanceof Date ? Math.ceil(notBefore.getTime() / 1000) : Number.NaN;
  return seconds > 0 ? seconds : misuse("notBefore", "a Date after 1970", notBefore);
}

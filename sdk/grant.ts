/** The claims of a grant, from what a caller asks for. */

import { type GrantClaims, isSourceScope, maxGrantCharacters } from "../src/urls/grant.ts";
import { type ExpiryOptions, unixSeconds } from "./expiry.ts";
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
 * The claims that the options spell.
 *
 * @throws TypeError
 */
export function parseScopes(
  { presets, sources, notBefore }: GrantOptions,
  known: readonly string[],
  exp: number,
): GrantClaims {
  for (const name of eachOf("presets", presets, "*")) {
    if (!known.some((preset) => preset === name)) misuse("presets", oneOf(known, name), name);
  }
  for (const scope of eachOf("sources", sources, "")) {
    if (typeof scope !== "string" || !isSourceScope(scope))
      misuse("sources", 'source keys, or prefixes that end in "/"', scope);
  }
  return { exp, nbf: notBefore && parseBeginning(notBefore, exp), presets, sources };
}

/** @throws TypeError for a token that no URL can carry */
export function requireFitting(token: string): string {
  if (token.length <= maxGrantCharacters) return token;
  return misuse("grant", `a token of at most ${maxGrantCharacters} characters`, token.length);
}

/** The scopes to look at one by one; none where everything is open. */
function eachOf(option: string, scopes: unknown, everything: string): readonly unknown[] {
  if (!Array.isArray(scopes) || scopes.length === 0) {
    misuse(option, `an array, ["${everything}"] for all`, scopes);
  }
  return scopes.length === 1 && scopes[0] === everything ? [] : scopes;
}

function parseBeginning(notBefore: unknown, exp: number): number {
  // Rounded up: not a second before.
  const seconds = Math.ceil(unixSeconds(notBefore));
  if (seconds > 0 && seconds < exp) return seconds;
  return misuse("notBefore", "a Date from 1970 to the grant's end", notBefore);
}

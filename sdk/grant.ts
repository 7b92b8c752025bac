/** The claims of a grant, from what a caller asks for. */

import { type GrantClaims, isPresetScope, isSourceScope, maxGrantCharacters } from "../src/urls/grant.ts";
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
  if (!isTextList(presets)) misuse("presets", 'an array of names, or ["*"] for all', presets);
  if (!isTextList(sources))
    misuse("sources", 'an array of source keys and prefixes, or [""] for all', sources);
  for (const preset of presets) {
    if (preset === "*" && presets.length === 1) continue;
    if (!isPresetScope(preset) || !known.includes(preset)) misuse("presets", oneOf(known, preset), preset);
  }
  for (const source of sources) {
    if (source === "" && sources.length === 1) continue;
    if (isSourceScope(source)) continue;
    misuse("sources", 'source keys, or prefixes that end in "/", or [""] alone', source);
  }
  return { ...(notBefore !== undefined && { nbf: parseMoment(notBefore) }), presets, sources };
}

/** @throws TypeError for a token that no URL can carry */
export function requireFitting(token: string): string {
  if (token.length <= maxGrantCharacters) return token;
  return misuse(
    "grant",
    `so few presets and sources that the token has at most ${maxGrantCharacters} characters`,
    token.length,
  );
}

function parseMoment(notBefore: unknown): number {
  // Rounded up: the moment itself may be what a contract says.
  const seconds = notBefore instanceof Date ? Math.ceil(notBefore.getTime() / 1000) : Number.NaN;
  return seconds > 0 ? seconds : misuse("notBefore", "a Date after 1970", notBefore);
}

function isTextList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === "string");
}

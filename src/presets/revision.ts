/** The revision: a hash of what may change the bytes of a preset's renditions, and of nothing else. */

import { createHash } from "node:crypto";
import { isObject } from "./kinds.ts";
import { neutralOptions, optionFacts, optionShape } from "./schema.ts";
import type { Preset } from "./table.ts";

/** Counts up when the renderer makes other bytes of the same options. Every cache then fills anew. */
const rendererEpoch = 1;

/** First 12 hex digits of SHA-256 over `revisionContent`. */
export function revisionOf(preset: Omit<Preset, "revision">): string {
  return createHash("sha256").update(revisionContent(preset)).digest("hex").slice(0, 12);
}

/**
 * Canonical JSON of the renderer's epoch and of the options that touch bytes and are not neutral.
 *
 * Leaving the neutral ones out is what lets an option be added later without a new revision for anybody.
 */
export function revisionContent(preset: Omit<Preset, "revision">): string {
  const values: Readonly<Record<string, unknown>> = { ...preset };
  const neutrals: Readonly<Record<string, unknown>> = { ...neutralOptions };
  const options = Object.entries(optionShape)
    .filter(([, schema]) => optionFacts.get(schema)?.touchesBytes === true)
    .map(([name]) => [name, departure(values[name], neutrals[name])])
    .filter(([, value]) => value !== undefined);
  return canonicalJson({ epoch: rendererEpoch, options: Object.fromEntries(options) });
}

/** JSON with sorted keys and no white space (as RFC 8785 3.2.3 sorts them: by UTF-16 code units). */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, member: unknown) =>
    isObject(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  );
}

/** The value where it is not the neutral one; of a mapping, the entries that are not. */
function departure(value: unknown, neutral: unknown): unknown {
  if (!isObject(value) || !isObject(neutral)) {
    return canonicalJson([value]) === canonicalJson([neutral]) ? undefined : value;
  }
  const entries = Object.entries(value).filter(([key, member]) => member !== neutral[key]);
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

/** What each preset ends up with: the neutral values, `defaults`, what it extends, and what it states itself. */

import { type CheckedFile, neutralOptions, type OptionName, type ResolvedOptions } from "./schema.ts";
import type { Finding } from "./shape.ts";
import { didYouMean } from "./words.ts";

export interface ResolvedPreset {
  readonly name: string;
  /** From the root of the chain to the preset itself. */
  readonly chain: readonly string[];
  readonly options: ResolvedOptions;
  /** Where each stated option was stated last: `defaults`, or `presets.card`. */
  readonly origins: Readonly<Partial<Record<OptionName, string>>>;
}

export interface Resolution {
  readonly presets: readonly ResolvedPreset[];
  readonly findings: readonly Finding[];
}

/**
 * Follows every `extends`.
 *
 * @param names all presets of the file, with those that are left out of `file` because something is wrong with them
 * @param unsound paths of what is wrong; a preset whose chain leads through one is left out without a word
 */
export function resolveExtends(
  file: CheckedFile,
  names: readonly string[],
  unsound: ReadonlySet<string>,
): Resolution {
  const presets: ResolvedPreset[] = [];
  const findings: Finding[] = [];
  for (const name of Object.keys(file.presets)) {
    const { chain, wrong } = follow(name, file, names, unsound);
    if (chain !== undefined) presets.push(merge(name, chain, file));
    else if (wrong !== undefined)
      findings.push({ path: ["presets", name, "extends"], part: "value", message: wrong });
  }
  return { presets, findings };
}

/** The chain of a preset, or what is wrong with its own `extends`; neither, when it is wrong further up. */
function follow(
  name: string,
  { presets }: CheckedFile,
  names: readonly string[],
  unsound: ReadonlySet<string>,
): { readonly chain?: readonly string[]; readonly wrong?: string } {
  const chain = [name];
  for (let current = name; ; ) {
    if (unsound.has(`presets.${current}.extends`)) return {};
    const base = Object.hasOwn(presets, current) ? presets[current]?.extends : undefined;
    if (base === undefined) return { chain };
    if (!names.includes(base)) {
      const isOwn = current === name;
      return isOwn ? { wrong: `there is no preset "${base}"${didYouMean(base, names)}` } : {};
    }
    if (!Object.hasOwn(presets, base)) return {};
    if (chain.includes(base)) return base === name ? cycle(chain, names) : {};
    chain.unshift(base);
    current = base;
  }
}

/** A cycle is told once, at the member that stands first in the file. */
function cycle(chain: readonly string[], names: readonly string[]): { readonly wrong?: string } {
  const members = chain.toReversed();
  const first = names.find((name) => members.includes(name));
  return members[0] === first ? { wrong: `extends itself: ${[...members, first].join(" -> ")}` } : {};
}

function merge(name: string, chain: readonly string[], { defaults, presets }: CheckedFile): ResolvedPreset {
  let options: ResolvedOptions = { ...neutralOptions, ...defaults };
  const origins: Partial<Record<OptionName, string>> = Object.fromEntries(
    Object.keys(defaults).map((option) => [option, "defaults"]),
  );
  for (const link of chain) {
    // `extends` has done its work, and a description describes one preset only.
    const { extends: _extends, description, ...stated } = presets[link] ?? {};
    options = { ...options, ...stated };
    if (link === name && description !== undefined) options = { ...options, description };
    Object.assign(
      origins,
      Object.fromEntries(Object.keys(stated).map((option) => [option, `presets.${link}`])),
    );
  }
  return { name, chain, options, origins };
}

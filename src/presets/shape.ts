/** The checks of one option at a time: known names, values of the right kind. What is wrong is left out and noted. */

import * as z from "zod";
import { isObject, wordsOf } from "./kinds.ts";
import { misplaced } from "./misplaced.ts";
import { type CheckedFile, fileSchema } from "./schema.ts";
import { presetNamePattern } from "./values.ts";
import { didYouMean, inWords, mismatch, nearest } from "./words.ts";
import type { Path } from "./yaml.ts";

/** Something to say about an option. */
export interface Finding {
  readonly path: Path;
  readonly part: "key" | "value";
  readonly message: string;
}

export interface ShapeCheck {
  /** The file without what is wrong; nothing when there is no file to speak of. */
  readonly file?: CheckedFile;
  readonly findings: readonly Finding[];
  /** Paths (`presets.card.width`) of what was left out, or may have been meant: no rule should judge by its absence. */
  readonly unsound: ReadonlySet<string>;
}

export function checkShape(value: unknown): ShapeCheck {
  const known = new Map<unknown, readonly string[]>();
  const result = fileSchema.safeParse(value, { reportInput: true, error: (issue) => word(issue, known) });
  const issues = result.success ? [] : result.error.issues;
  const told = issues.flatMap((issue) => findingsOf(issue, known));
  const findings = [...told.filter(isFirst), ...misnamedPresets(value)];
  if (result.success && findings.length === 0) return { file: result.data, findings, unsound: new Set() };
  if (!isObject(value)) return { findings, unsound: new Set() };

  const wrong = findings.map(({ path }) => path.slice(0, depthOfOption(path)));
  const sound = wrong.reduce<unknown>(without, value);
  const file = fileSchema.parse(Object.assign({ version: 1, presets: {} }, sound));
  const meant = issues.flatMap((issue) => meantOptions(issue, known));
  return { file, findings, unsound: new Set([...wrong, ...meant].map(formatPath)) };
}

/** `presets.card.formats[1]` */
export function formatPath(path: Path): string {
  return path
    .map((step, index) => (typeof step === "number" ? `[${step}]` : index === 0 ? step : `.${step}`))
    .join("");
}

/** The message of an issue; and, on the way, which names an object knows, for those that it does not. */
function word(issue: z.core.$ZodRawIssue, known: Map<unknown, readonly string[]>): string | undefined {
  const { schema, input } = issue;
  if (schema instanceof z.ZodObject) known.set(input, Object.keys(schema.shape));
  const words = schema && wordsOf(schema);
  const candidates = typeof input === "string" ? words?.candidates?.(input) : undefined;
  return words && mismatch(words.expected, input, candidates);
}

function findingsOf(issue: z.core.$ZodIssue, known: ReadonlyMap<unknown, readonly string[]>): Finding[] {
  const path = stepsOf(issue);
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({
      path: [...path, key],
      part: "key",
      message: unknownOption(path, key, known.get(issue.input) ?? []),
    }));
  }
  // Of several spellings, one that takes a mapping knows best what is wrong inside of a mapping.
  const deeper = issue.code === "invalid_union" && issue.errors.find((errors) => errors.every(isDeeper));
  if (deeper) {
    return deeper.flatMap((inner) => findingsOf({ ...inner, path: [...issue.path, ...inner.path] }, known));
  }
  return [{ path, part: "value", message: issue.message }];
}

function unknownOption(path: Path, key: string, known: readonly string[]): string {
  if (key === "<<")
    return "YAML's merge keys are not read; a preset takes over another one's options with extends";
  const elsewhere = misplaced(path, key, known);
  if (elsewhere !== undefined) return elsewhere;
  const meant = didYouMean(key, known);
  return `unknown option${meant === "" && known.length <= 8 ? `, expected ${inWords(known)}` : meant}`;
}

function meantOptions(issue: z.core.$ZodIssue, known: ReadonlyMap<unknown, readonly string[]>): Path[] {
  if (issue.code !== "unrecognized_keys") return [];
  const path = stepsOf(issue);
  const meant = issue.keys.map((key) => nearest(key, known.get(issue.input) ?? []));
  return meant.filter((name) => name !== undefined).map((name) => [...path, name]);
}

// Looked for in the raw data: a record drops a key like `__proto__` without a word.
function misnamedPresets(value: unknown): Finding[] {
  const presets = isObject(value) ? value.presets : undefined;
  if (!isObject(presets)) return [];
  const names = Object.keys(presets);
  if (names.length === 0) {
    return [{ path: ["presets"], part: "value", message: "expected at least one preset, received none" }];
  }
  return names
    .filter((name) => !presetNamePattern.test(name))
    .map((name) => ({
      path: ["presets", name],
      part: "key",
      message:
        "a preset's name begins with a letter from a to z, goes on with a to z, 0 to 9 or -, and has at most 32 characters",
    }));
}

/** A value can fail several checks of one schema, which speak in the same words. */
function isFirst({ path, message }: Finding, index: number, all: readonly Finding[]): boolean {
  const isSame = (other: Finding) => other.message === message && formatPath(other.path) === formatPath(path);
  return all.findIndex(isSame) === index;
}

function isDeeper({ code, path }: z.core.$ZodIssue): boolean {
  return path.length > 0 || code === "unrecognized_keys";
}

function stepsOf({ path }: z.core.$ZodIssue): Path {
  return path.map((step) => (typeof step === "number" ? step : String(step)));
}

/** A preset's options lie three names deep, other options two: `presets.card.width`, `limits.sourceBytes`. */
function depthOfOption([block]: Path): number {
  return block === "presets" ? 3 : 2;
}

function without(value: unknown, [step, ...rest]: Path): unknown {
  if (!isObject(value) || step === undefined || !Object.hasOwn(value, step)) return value;
  const { [step]: member, ...others } = value;
  return rest.length === 0 ? others : { ...others, [step]: without(member, rest) };
}

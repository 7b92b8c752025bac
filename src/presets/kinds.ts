/** The kinds of values that options take: each a zod schema together with the words that messages and docs use for it. */

import * as z from "zod";
import {
  formatQuantity,
  parseQuantity,
  type QuantityKind,
  quantityPattern,
  quantitySpellings,
} from "./units.ts";
import { inWords, mismatch } from "./words.ts";

interface Words {
  /** What the schema takes, so that it can follow "expected". */
  readonly expected: string;
  /** What somebody who wrote this text may have meant. */
  readonly candidates?: (written: string) => readonly (string | boolean)[];
}

const words = z.registry<Words>();

/** What the schema takes, so that it can follow "expected"; nothing for a schema that is not of these kinds. */
export function wordsOf(schema: z.core.$ZodType): Words | undefined {
  return words.get(schema);
}

/** Gives a schema its words. */
export function worded<S extends z.ZodType>(spoken: string | Words, schema: S): S {
  words.add(schema, typeof spoken === "string" ? { expected: spoken } : spoken);
  return schema;
}

export const flag = () => worded({ expected: "true or false", candidates: () => [true, false] }, z.boolean());

export const integer = (min: number, max: number) =>
  worded(`an integer from ${min} to ${max}`, z.int().min(min).max(max));

export const text = (maxLength: number) =>
  worded(`a text of 1 to ${maxLength} characters`, z.string().min(1).max(maxLength));

export const matching = (expected: string, pattern: RegExp) => worded(expected, z.string().regex(pattern));

export const choice = <const T extends readonly string[]>(...values: T) =>
  worded({ expected: inWords(values), candidates: () => values }, z.enum(values));

/** A list of different values. */
export function list<S extends z.ZodType>(item: S, { max, what }: { max: number; what: string }) {
  const isUnique = (values: readonly unknown[]) => repeated(values) === undefined;
  const error = ({ input }: { input?: unknown }) => `${String(repeated(input))} is listed twice`;
  const schema = z.array(item).min(1).max(max).refine(isUnique, { error });
  return worded(`a list of 1 to ${max} ${what}`, schema);
}

/** One of several spellings of the same thing, spoken of in the same words. */
export function either<const T extends readonly [z.ZodType, ...z.ZodType[]]>(
  spoken: string | Words,
  ...spellings: T
) {
  for (const spelling of spellings) if (!words.has(spelling)) worded(spoken, spelling);
  return worded(spoken, z.union(spellings));
}

/** One value for all formats, or a mapping with a value for each. */
export function perFormat<S extends z.ZodType, const F extends Readonly<Record<string, z.ZodType>>>(
  one: S,
  formats: F,
) {
  const names = Object.keys(formats);
  const expected = `${words.get(one)?.expected}, or a mapping from ${inWords(names)} to such`;
  return either(expected, one, z.strictObject(formats).exactPartial());
}

/** A value that is held otherwise than it is written; `convert` answers undefined to what is out of range. */
export function converted<S extends z.ZodType, T>(
  written: S,
  convert: (input: z.output<S>) => T | undefined,
) {
  const spoken = words.get(written) ?? { expected: "another value" };
  const conversion = z.transform((input: z.output<S>, context): T => {
    const value = convert(input);
    if (value !== undefined) return value;
    context.issues.push({ code: "custom", input, message: mismatch(spoken.expected, input) });
    return z.NEVER;
  });
  return worded(spoken, written.pipe(conversion));
}

/** A size, a number of pixels or a duration: written with a unit or as a plain number, held as a whole number. */
export function quantity(kind: QuantityKind, range: { min: number; max: number; example: string }) {
  const { min, max, example } = range;
  const noun = { bytes: "a size", pixels: "a number of pixels", seconds: "a duration" }[kind];
  const spoken = {
    expected: `${noun} from ${formatQuantity(kind, min)} to ${formatQuantity(kind, max)} such as ${example}`,
    candidates: (written: string) => quantitySpellings(kind, written),
  };
  const spelling = either(spoken, z.int().min(min).max(max), z.string().regex(quantityPattern(kind)));
  return converted(spelling, (written) => {
    const value = parseQuantity(kind, written);
    return value !== undefined && value >= min && value <= max ? value : undefined;
  });
}

/** A mapping of YAML, an object of JSON; neither null nor a list. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function repeated(values: unknown): unknown {
  return Array.isArray(values) ? values.find((value, index) => values.indexOf(value) !== index) : undefined;
}

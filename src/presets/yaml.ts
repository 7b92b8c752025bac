/** YAML text as plain data, with the way back from a path in the data to its place in the text. */

import {
  type Document,
  isAlias,
  isCollection,
  isMap,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  visit,
  type YAMLError,
} from "yaml";

export type Path = readonly (string | number)[];

/** Offsets into the text. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Something to say about a place in the text. */
export interface Note extends Span {
  readonly path: Path;
  readonly message: string;
}

export interface YamlFile {
  /** Undefined when the text cannot be read as data at all. */
  readonly value: unknown;
  readonly notes: readonly Note[];
  /** Where the structure breaks; what follows is the parser's guess. Infinity for a sound text. */
  readonly soundUntil: number;
  /** The place of the value at a path, or of its key; the nearest thing around it when the path is not there. */
  locate(path: Path, part: "key" | "value"): Span;
}

// A hundred uses of one anchor's content: people reuse a list of widths, bombs double it thirty times over.
const maxAliasCount = 100;

/** Reads YAML 1.2; never throws. */
export function readYaml(text: string): YamlFile {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    stringKeys: true,
    // "silent" would also pass over a second document.
    logLevel: "error",
  });
  const errors = [...document.errors, ...document.warnings];
  const notes = [
    ...onePerLine(errors, lines).map((error) => noteOf(document, error)),
    ...danglingAliases(document),
  ];
  const breaks = document.errors.filter(({ code }) => code !== "DUPLICATE_KEY");
  const read = notes.some(({ message }) => message === danglingAlias) ? {} : toData(document);
  return {
    value: read.value,
    notes: read.note === undefined ? notes : [...notes, read.note],
    soundUntil: Math.min(Number.POSITIVE_INFINITY, ...breaks.map(({ pos: [start] }) => start)),
    locate: (path, part) => locate(document, path, part),
  };
}

// Where the parser speaks to programmers.
const plainer: Readonly<Partial<Record<YAMLError["code"], string>>> = {
  MULTIPLE_DOCS: "a second document begins here, and a presets file is one",
  NON_STRING_KEY: "a name must be a plain word",
  RESOURCE_EXHAUSTION: "nested too deeply",
};

const danglingAlias = "no anchor of this name stands before this alias";

// One slip of the pen makes the parser stumble several times over.
function onePerLine(errors: readonly YAMLError[], lines: LineCounter): YAMLError[] {
  const byLine = new Map<number, YAMLError>();
  for (const error of errors) {
    const { line } = lines.linePos(error.pos[0]);
    if (!byLine.has(line)) byLine.set(line, error);
  }
  return [...byLine.values()];
}

function noteOf(document: Document.Parsed, { code, message, pos: [start, end] }: YAMLError): Note {
  if (code === "DUPLICATE_KEY") {
    const path = pathOfKeyAt(document, start);
    return { path, start, end: start + String(path.at(-1) ?? "").length, message: "is written twice" };
  }
  const isBareAsterisk = code === "BAD_ALIAS" && end - start === 1;
  const words = isBareAsterisk ? 'a "*" that is meant as text needs quotation marks' : plainer[code];
  return { path: [], start, end, message: `not valid YAML: ${words ?? lowerFirst(message)}` };
}

function pathOfKeyAt(document: Document.Parsed, offset: number): Path {
  let found: Path = [];
  visit(document, {
    Pair(_, pair, ancestors) {
      if (!isScalar(pair.key) || pair.key.range?.[0] !== offset) return undefined;
      found = [...ancestors.filter((ancestor) => isPair(ancestor)), pair].map(keyOf);
      return visit.BREAK;
    },
  });
  return found;
}

function danglingAliases(document: Document.Parsed): Note[] {
  const notes: Note[] = [];
  visit(document, {
    Alias(_, alias) {
      if (alias.source !== "" && alias.resolve(document) === undefined) {
        notes.push({ path: [], ...spanOf(alias), message: danglingAlias });
      }
    },
  });
  return notes;
}

function toData(document: Document.Parsed): { readonly value?: unknown; readonly note?: Note } {
  try {
    return { value: document.toJS({ maxAliasCount }) as unknown };
  } catch (error) {
    // A ReferenceError about aliases: too many of them, or one that the parser has already complained of.
    const message = `not valid YAML: ${lowerFirst(error instanceof Error ? error.message : String(error))}`;
    return document.errors.length > 0 ? {} : { note: { path: [], start: 0, end: 1, message } };
  }
}

function locate(document: Document.Parsed, path: Path, part: "key" | "value"): Span {
  let node: unknown = document.contents;
  let span: Span = isCollection(node) ? { start: 0, end: 1 } : spanOf(node);
  for (const [depth, step] of path.entries()) {
    const collection: unknown = isAlias(node) ? node.resolve(document) : node;
    if (isMap(collection)) {
      const pair: Pair | undefined = collection.items.findLast((item) => keyOf(item) === String(step));
      if (pair === undefined) return span;
      const isLast = depth === path.length - 1;
      span = isLast && part === "value" ? spanOfValue(pair) : spanOf(pair.key);
      node = pair.value;
    } else if (isSeq(collection) && typeof step === "number" && step < collection.items.length) {
      node = collection.items[step];
      span = spanOf(node);
    } else return span;
  }
  return span;
}

/** The value's own place, or its key's when the value is left out or begins on a later line. */
function spanOfValue({ key, value }: Pair): Span {
  const span = spanOf(value);
  const isBlock = isCollection(value) && value.flow !== true;
  return span.start === span.end || isBlock ? spanOf(key) : span;
}

function spanOf(node: unknown): Span {
  const range = isNodeWithRange(node) ? node.range : undefined;
  return { start: range?.[0] ?? 0, end: range?.[1] ?? 1 };
}

function isNodeWithRange(node: unknown): node is Pick<Node, "range"> {
  return typeof node === "object" && node !== null && "range" in node;
}

function keyOf({ key }: Pair): string {
  return isScalar(key) ? String(key.value) : "";
}

function lowerFirst(message: string): string {
  return `${message.charAt(0).toLowerCase()}${message.slice(1)}`;
}

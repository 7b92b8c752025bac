/** presets.yaml as checked data, or every problem in it at once. */

import { excerpt, quotable } from "./excerpt.ts";
import { type Resolution, type ResolvedPreset, resolveExtends } from "./extends.ts";
import { checkRules } from "./rules.ts";
import type { CheckedFile } from "./schema.ts";
import { checkShape, type Finding, formatPath } from "./shape.ts";
import { type Note, readYaml, type YamlFile } from "./yaml.ts";

/** A file that is valid throughout, with every preset's options resolved; `compilePresets` makes the table of it. */
export interface PresetFile extends Pick<CheckedFile, "signing" | "limits" | "cors"> {
  readonly presets: readonly ResolvedPreset[];
}

export interface PresetProblem {
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
  /** `presets.card.width`; empty when the problem is not with an option. */
  readonly path: string;
  readonly message: string;
}

/** What is wrong with a presets file. The message is the whole report, each problem with its line and a caret. */
export class PresetFileError extends Error {
  override readonly name = "PresetFileError";
  readonly problems: readonly PresetProblem[];

  constructor(report: string, problems: readonly PresetProblem[]) {
    super(report);
    this.problems = problems;
  }
}

/**
 * Checks the text of a presets file.
 *
 * @throws PresetFileError with all problems
 */
export function parsePresets(text: string, fileName: string): PresetFile {
  const source = text.replace(/^\uFEFF/, "");
  const binary = binaryNote(source);
  if (binary !== undefined) throw report([binary], source, fileName);
  const yaml = readYaml(source);
  const { file, presets, notes } = check(yaml);
  if (file === undefined || notes.length > 0) throw report(notes, source, fileName);
  return { signing: file.signing, limits: file.limits, cors: file.cors, presets };
}

interface Check {
  readonly file?: CheckedFile;
  readonly presets: readonly ResolvedPreset[];
  readonly notes: readonly Note[];
}

function check(yaml: YamlFile): Check {
  const { value, notes } = yaml;
  if (value === undefined) return { presets: [], notes };
  if (value === null && notes.length === 0) {
    const message = "the file is empty: expected version and presets";
    return { presets: [], notes: [{ path: [], start: 0, end: 1, message }] };
  }
  const { file, findings, unsound } = checkShape(value);
  const place = ({ path, part, message }: Finding): Note => ({ path, message, ...yaml.locate(path, part) });
  if (yaml.soundUntil < Number.POSITIVE_INFINITY) {
    const certain = findings.filter((finding) => isCertain(finding, yaml));
    return { presets: [], notes: [...notes, ...certain.map(place)] };
  }
  const { presets, findings: further } = file ? resolve(value, file, unsound) : { presets: [], findings: [] };
  return { ...(file && { file }), presets, notes: [...notes, ...[...findings, ...further].map(place)] };
}

/**
 * Behind a broken place the structure is a guess; before it, what is written is what is meant. What is missing, or
 * is placed at its key because it is empty or a block, may have been lost in the break.
 */
function isCertain({ path, part }: Finding, { locate, soundUntil }: YamlFile): boolean {
  const { start, end } = locate(path, part);
  const isWritten = part === "key" || typeof path.at(-1) === "number" || locate(path, "key").start < start;
  return isWritten && end < soundUntil;
}

function resolve(value: unknown, file: CheckedFile, unsound: ReadonlySet<string>): Resolution {
  const names = presetNames(value);
  const { presets, findings } = resolveExtends(file, names, unsound);
  return { presets, findings: [...findings, ...presets.flatMap((preset) => checkRules(preset, unsound))] };
}

/** All of them, those too that something is wrong with. */
function presetNames(value: unknown): string[] {
  const presets =
    typeof value === "object" && value !== null && "presets" in value ? value.presets : undefined;
  return typeof presets === "object" && presets !== null ? Object.keys(presets) : [];
}

/** Whatever else is wrong with a picture or a program that is given as a presets file: it is none (YAML 1.2.2, 5.1). */
function binaryNote(source: string): Note | undefined {
  const start = source.search(/[^\P{Cc}\t\n\r\u0085]/u);
  if (start === -1) return undefined;
  const code = source.charCodeAt(start).toString(16).toUpperCase().padStart(4, "0");
  const message = `not a text file: it holds the control character U+${code}`;
  return { path: [], start, end: start + 1, message };
}

/** The format of compilers: place, path and message, then the line with a caret under what is meant. */
function report(notes: readonly Note[], source: string, fileName: string): PresetFileError {
  const lines = source.split(/\r?\n/);
  const inOrder = notes.toSorted((a, b) => a.start - b.start);
  const problems = inOrder.map(({ path, start, message }) => ({
    ...positionOf(start, source),
    path: formatPath(path),
    message,
  }));
  const entries = problems.map(({ line, column, path, message }, index) => {
    const { start = 0, end = 1 } = inOrder[index] ?? {};
    const place = { line, column, length: end - start };
    const said = quotable(`${path === "" ? "" : `${path}: `}${message}`);
    return `${fileName}:${line}:${column}  ${said}\n${excerpt(lines[line - 1] ?? "", place)}`;
  });
  return new PresetFileError(entries.join("\n"), problems);
}

/** Line and column, from 1. */
function positionOf(offset: number, source: string): Pick<PresetProblem, "line" | "column"> {
  const above = source.slice(0, offset).split("\n");
  return { line: above.length, column: (above.at(-1)?.length ?? 0) + 1 };
}

/** Changing the signature of a URL where it stands: not one byte more than what a new signature needs. */

import type { WrittenParameter, WrittenUrl } from "./written-url.ts";

/** What a URL says when it is signed anew. */
export interface NewSignature {
  readonly kid: string;
  readonly sig: string;
  readonly exp?: number;
  /** The preset's revision hint, for URLs that have one: six hex digits. */
  readonly rev: string;
}

interface Edit {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/**
 * The URL, as it is to stand in the text. Path, order, foreign parameters and the way in which ampersands are escaped
 * stay. What is written anew needs no escape anywhere.
 *
 * @param url one that verifies, and so has every parameter at most once
 */
export function rewriteUrl(text: string, url: WrittenUrl, { kid, sig, exp, rev }: NewSignature): string {
  const edits = [
    ...replaceValue(url, "kid", kid),
    ...replaceValue(url, "sig", sig),
    ...replaceHint(url, rev),
    ...(exp === undefined ? removeExpiry(url) : setExpiry(text, url, exp)),
  ].sort((a, b) => a.from - b.from);
  let written = "";
  let at = url.from;
  for (const edit of edits) {
    written += text.slice(at, edit.from) + edit.text;
    at = edit.to;
  }
  return written + text.slice(at, url.to);
}

function replaceValue(url: WrittenUrl, name: string, text: string): Edit[] {
  const parameter = find(url, name);
  return parameter === undefined ? [] : [{ from: parameter.valueFrom, to: parameter.to, text }];
}

/** Unsigned, and so perhaps with a Markdown underscore behind it: another value than a hint is not ours to take away. */
function replaceHint(url: WrittenUrl, rev: string): Edit[] {
  return /^[0-9a-f]{6}$/.test(find(url, "rev")?.value ?? "") ? replaceValue(url, "rev", rev) : [];
}

function setExpiry(text: string, url: WrittenUrl, exp: number): Edit[] {
  if (find(url, "exp") !== undefined) return replaceValue(url, "exp", String(exp));
  const [first, second] = url.parameters;
  // A signed URL has two parameters, and between them an ampersand as this text writes it.
  if (first === undefined || second === undefined) return [];
  return [{ from: first.from, to: first.from, text: `exp=${exp}${text.slice(first.to, second.from)}` }];
}

/** With the ampersand behind it, or else the one before it. */
function removeExpiry({ parameters }: WrittenUrl): Edit[] {
  const index = parameters.findIndex(({ name }) => name === "exp");
  const [before, expiry, behind] = [parameters[index - 1], parameters[index], parameters[index + 1]];
  if (expiry === undefined) return [];
  if (behind !== undefined) return [{ from: expiry.from, to: behind.from, text: "" }];
  return [{ from: before?.to ?? expiry.from, to: expiry.to, text: "" }];
}

function find({ parameters }: WrittenUrl, wanted: string): WrittenParameter | undefined {
  return parameters.find(({ name }) => name === wanted);
}

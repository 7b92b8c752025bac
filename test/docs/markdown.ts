/** Reading the project's prose: documents, code blocks, links and headings. */

import { readdirSync, readFileSync } from "node:fs";

export const root = new URL("../../", import.meta.url);

/** Paths from the repository's root. */
export const documents = [
  ...readdirSync(root).filter((name) => name.endsWith(".md")),
  ...readdirSync(new URL("docs/", root))
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name}`),
];

export function readDocument(path: string): string {
  return readFileSync(new URL(path, root), "utf8");
}

/** The contents of a document's fenced code blocks in this language, in order. */
export function codeBlocks(text: string, language: string): string[] {
  const fences = new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, "gmsu");
  return [...text.matchAll(fences)].map(([, code = ""]) => code);
}

/** Targets of links and pictures, Markdown's and HTML's, outside code. */
export function linksOf(text: string): string[] {
  const pattern = /\]\(([^)\s]+)\)|\b(?:href|src)="([^"]+)"/gu;
  return [...withoutCode(text).matchAll(pattern)].map(([, markdown, html]) => markdown ?? html ?? "");
}

/** The anchors that GitHub makes of a document's headings. */
export function anchorsOf(text: string): string[] {
  const seen = new Map<string, number>();
  return [...withoutFences(text).matchAll(/^#{1,6} +(.+?) *$/gmu)].map(([, heading = ""]) => {
    const anchor = slug(heading);
    const count = seen.get(anchor) ?? 0;
    seen.set(anchor, count + 1);
    return count === 0 ? anchor : `${anchor}-${count}`;
  });
}

/** Lower case, spaces to hyphens, all else but letters, digits, `-` and `_` dropped. */
function slug(heading: string): string {
  const words = heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/gu, "$1").toLowerCase();
  return words.replaceAll(/[^\p{L}\p{N}\s_-]/gu, "").replaceAll(/\s/gu, "-");
}

function withoutCode(text: string): string {
  return withoutFences(text).replaceAll(/`[^`\n]*`/gu, "");
}

function withoutFences(text: string): string {
  return text.replaceAll(/^ *```.*?^ *```$/gmsu, "");
}

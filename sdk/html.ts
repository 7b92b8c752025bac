/** An `<img>` as text, for template engines. */

import type { ImgAttributes, ImgOptions } from "./img.ts";
import { misuse } from "./misuse.ts";

/** Attributes beside those that the signer sets, such as `class`, `id`, `style` or `data-*`. */
export type ExtraAttributes = Readonly<Record<string, string>>;

export interface HtmlOptions extends ImgOptions {
  readonly attributes?: ExtraAttributes;
}

/**
 * One `<img>` tag with every value escaped: it can stand in any HTML.
 *
 * @throws TypeError when an extra attribute is one of the tag's own, or no attribute name
 */
export function formatImg(attributes: ImgAttributes, extra: ExtraAttributes = {}): string {
  for (const [name, value] of Object.entries(extra)) requireExtra(name, value);
  const written = Object.entries({ ...attributes, ...extra }).map(
    ([name, value]) => ` ${name}="${escapeHtml(String(value))}"`,
  );
  return `<img${written.join("")}>`;
}

const ownNames = /^(?:alt|width|height|loading|decoding|fetchpriority|crossorigin|sizes|srcset|src)$/i;

function requireExtra(name: string, value: unknown): void {
  // A name is written as it is: whatever could end it would begin another attribute.
  if (!/^[a-z][a-z0-9:._-]*$/i.test(name)) misuse("attributes", "the name of an HTML attribute", name);
  if (ownNames.test(name)) misuse("attributes", "none of those that the tag has already", name);
  if (typeof value !== "string") misuse(`attributes.${name}`, "a text", value);
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character);
}

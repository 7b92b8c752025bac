/** An `<img>` as text, for template engines. */

import type { ImgAttributes, ImgOptions } from "./img.ts";
import { misuse } from "./misuse.ts";

/** Attributes beside those that the signer sets, such as `class`, `id`, `style` or `data-*`; one that is undefined is left out. */
export type ExtraAttributes = Readonly<Record<string, string | undefined>>;

export interface HtmlOptions extends ImgOptions {
  readonly attributes?: ExtraAttributes;
}

/**
 * One `<img>` tag with every value escaped: it can stand in any HTML.
 *
 * @throws TypeError when an extra attribute is one that the tag has already, or no attribute name
 */
export function formatImg(attributes: ImgAttributes, extra: ExtraAttributes = {}): string {
  const tag: Record<string, string | number> = { ...attributes };
  for (const [name, value] of Object.entries(extra)) {
    const lowerCase = name.toLowerCase();
    // A name is written as it is: whatever could end it would begin another attribute.
    if (!/^[a-z][\w:.-]*$/.test(lowerCase) || Object.hasOwn(tag, lowerCase)) {
      misuse("attributes", "names that HTML has and the tag has not", name);
    }
    if (value !== undefined) tag[lowerCase] = value;
  }
  const written = Object.entries(tag).map(
    ([name, value]) => ` ${name}="${`${value}`.replace(/[&<>"']/g, (found) => `&${entities[found]};`)}"`,
  );
  return `<img${written.join("")}>`;
}

const entities: Readonly<Record<string, string>> = {
  "&": "amp",
  "<": "lt",
  ">": "gt",
  '"': "quot",
  "'": "#39",
};

/** How a picture is described in HTML: by attributes of text. */

import type { ImgOptions } from "./img.ts";
import { misuse } from "./misuse.ts";

/** What describes a picture in HTML. */
export const descriptionNames = [
  "preset",
  "source",
  "alt",
  "sizes",
  "priority",
  "crossorigin",
  "source-size",
  "placeholder",
] as const;

export type DescriptionName = (typeof descriptionNames)[number];

/** The description of one picture; `null` where it says nothing. */
export type Read = (name: DescriptionName) => string | null;

/**
 * The options that a description spells.
 *
 * @throws TypeError without an alt
 */
export function optionsOf(read: Read): ImgOptions {
  const alt = read("alt") ?? misuse("alt", 'a text, or "" for decoration', undefined);
  const sizes = read("sizes");
  const crossorigin = read("crossorigin");
  const sourceSize = read("source-size");
  const [, width, height] = /^(\d+)x(\d+)$/.exec(sourceSize ?? "") ?? [];
  return {
    alt,
    priority: read("priority") !== null,
    ...(sizes !== null && { sizes }),
    ...(crossorigin !== null && {
      crossorigin: crossorigin === "use-credentials" ? crossorigin : "anonymous",
    }),
    ...(sourceSize !== null && { sourceSize: { width: Number(width), height: Number(height) } }),
  };
}

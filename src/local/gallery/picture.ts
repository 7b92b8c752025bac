/** One source in one preset. */

import { type Preset, targetBox } from "../../presets/table.ts";
import { isServed } from "../../urls/select.ts";
import { type Html, html } from "./html.ts";
import type { GallerySource, Selectors } from "./view.ts";
import { describeSize } from "./words.ts";

export interface Picture {
  readonly preset: Preset;
  readonly source: GallerySource;
  readonly selectors: Selectors;
  readonly url: string;
}

/** What signs a picture's URL: a path with its query, because the page is read under many names of its host. */
export type UrlFor = (preset: string, source: string, selectors: Selectors) => string | Promise<string>;

/** Every picture of one source in the presets that serve it, each at the smallest of its widths. */
export function signInEveryPreset(
  presets: readonly Preset[],
  source: GallerySource,
  urlFor: UrlFor,
): Promise<readonly Picture[]> {
  const serving = presets.filter((preset) => isServed(preset, source.key));
  return Promise.all(serving.map((preset) => signPicture(preset, source, smallest(preset), urlFor)));
}

export async function signPicture(
  preset: Preset,
  source: GallerySource,
  selectors: Selectors,
  urlFor: UrlFor,
): Promise<Picture> {
  return { preset, source, selectors, url: await urlFor(preset.name, source.key, selectors) };
}

/** `name` is what tells this picture from its neighbours: the preset's name, or the source's. */
export function renderPicture({ preset, source, selectors, url }: Picture, name: Html | string): Html {
  const description = `${source.key} in preset ${preset.name}`;
  const { width, height } = pictureBox(preset, selectors);
  return html`<li class="in-${preset.name}"><figure>
<div class="frame"><a class="picture" href="${url}" aria-label="Open ${description}" data-alt="${description}"><noscript><img src="${url}" alt="${description}"${attribute("width", width)}${attribute("height", height)} loading="lazy" decoding="async"></noscript></a><p class="error"></p></div>
<figcaption><div class="caption"><span class="name">${name}</span></div>
<p class="facts">${sizeOf(preset, selectors)}</p><p class="outcome"></p></figcaption>
</figure></li>
`;
}

/** The pixels of a picture as far as the preset decides them. */
export function pictureBox(preset: Preset, selectors: Selectors): ReturnType<typeof targetBox> {
  const width = selectors.width ?? defaultWidth(preset);
  return targetBox(preset, { ...selectors, ...(width !== undefined && { width }) });
}

/** In the overview a preset with several widths shows the smallest: the sheet has no room for more. */
export function smallest({ widths }: Preset): Selectors {
  const [width] = widths ?? [];
  return width === undefined ? {} : { width };
}

function defaultWidth({ widths, width }: Preset): number | undefined {
  return width !== undefined && widths?.includes(width) ? width : widths?.at(-1);
}

function sizeOf(preset: Preset, { width }: Selectors): string {
  return width === undefined ? describeSize(preset) : `${width} wide`;
}

function attribute(name: string, value: number | undefined): Html | undefined {
  return value === undefined ? undefined : html` ${name}="${value}"`;
}

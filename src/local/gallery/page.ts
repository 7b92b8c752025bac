/** The gallery as a document; what it holds was decided before. */

import type { Preset } from "../../presets/table.ts";
import { current, renderIntroduction, renderPresetHead } from "./heading.ts";
import { Html, html } from "./html.ts";
import { type Picture, renderPicture } from "./picture.ts";
import { script } from "./script.ts";
import { type View, viewHref } from "./view.ts";
import { describeSize, formatBytes } from "./words.ts";

export interface GalleryDocument {
  readonly view: View;
  readonly presets: readonly Preset[];
  /** One list for each source of the view. */
  readonly pictures: readonly (readonly Picture[])[];
  readonly style: string;
}

export function renderDocument({ view, presets, pictures, style }: GalleryDocument): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${view.preset && `${view.preset.name} – `}imgseal gallery</title>
<style>${new Html(style)}</style>
</head>
<body>
<a class="skip" href="#pictures">Skip to the pictures</a>
<header class="bar"><a class="brand" href="/">${seal}imgseal</a><p class="tally" id="tally"></p></header>
<div class="sheet">
<nav class="index" aria-label="Presets"><ul>
<li><a href="${viewHref({ folder: view.folder })}"${current(view.preset === undefined)}><span class="line"><b>all presets</b><span>${presets.length}</span></span></a></li>
${presets.map((preset) => renderIndexEntry(preset, view))}</ul></nav>
<main>
${view.preset === undefined ? renderIntroduction(view, presets.length, pictures[0]?.[0]) : renderPresetHead(view.preset, view)}
<div id="pictures">${renderPictures(view, pictures)}</div>
${renderPages(view)}
</main>
</div>
<p class="hidden" id="announcement" role="status"></p>
<template id="tools">${tool("reload", "Ask for it again", "M13 8a5 5 0 1 1-1.6-3.7M13 2v3h-3")}${tool("copy", "Copy the signed URL", "M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3")}</template>
<script type="module">${new Html(script)}</script>
</body>
</html>
`.markup;
}

function renderIndexEntry(preset: Preset, view: View): Html {
  const href = viewHref({ preset, folder: view.folder });
  return html`<li><a href="${href}"${current(view.preset?.name === preset.name)}><span class="line"><b>${preset.name}</b><span>${describeSize(preset)}</span></span><small>${preset.description}</small><small><code>${preset.formats.join(" ")} · ${preset.revision}</code></small></a></li>
`;
}

function renderPictures(view: View, pictures: GalleryDocument["pictures"]): Html {
  if (view.sources.length === 0)
    return html`<p class="empty">There are no pictures here yet. Put some into the folder and load this page again.</p>`;
  if (view.preset !== undefined) {
    return html`<ul class="pictures one">${pictures.flat().map((picture) => renderPicture(picture, renderKey(picture.source.key, view)))}</ul>`;
  }
  return html`${view.sources.map(
    ({ key, bytes }, index) => html`<section class="source" aria-labelledby="source-${index}">
<h2 id="source-${index}"><span>${renderKey(key, view)}</span> <small>${formatBytes(bytes)}</small></h2>
<ul class="pictures">${(pictures[index] ?? []).map((picture) => renderPicture(picture, picture.preset.name))}</ul>
</section>
`,
  )}`;
}

/** The name stands out from its folders, which lead to the rest of what is in them. */
function renderKey(key: string, view: View): Html {
  const nameStart = key.lastIndexOf("/") + 1;
  if (nameStart === 0) return html`${key}`;
  const folder = key.slice(0, nameStart);
  return html`<a class="folder" href="${viewHref({ ...view, folder, page: 1 })}">${folder}</a>${key.slice(nameStart)}`;
}

function renderPages(view: View): Html | undefined {
  const { page, pageCount, skipped, sources, sourceCount } = view;
  if (pageCount === 1) return undefined;
  return html`<nav class="pages" aria-label="Pages"><p>Pictures ${skipped + 1} to ${skipped + sources.length} of ${sourceCount}</p>
${page > 1 && html`<a rel="prev" href="${viewHref({ ...view, page: page - 1 })}">Previous page</a>`}
${page < pageCount && html`<a rel="next" href="${viewHref({ ...view, page: page + 1 })}">Next page</a>`}</nav>`;
}

function tool(action: string, title: string, path: string): Html {
  return html`<button type="button" data-action="${action}" title="${title}"><svg viewBox="0 0 16 16" aria-hidden="true"><path d="${path}"/></svg></button>`;
}

const seal = html`<svg viewBox="0 0 32 32" aria-hidden="true"><g fill="currentColor"><rect x="6" y="6" width="20" height="20" rx="3"/><rect x="6" y="6" width="20" height="20" rx="3" transform="rotate(30 16 16)"/><rect x="6" y="6" width="20" height="20" rx="3" transform="rotate(60 16 16)"/></g><path fill="var(--paper)" d="M9 21l5-7 3.4 4.4 2-2.6L23 21z"/><circle fill="var(--paper)" cx="20" cy="12" r="1.7"/></svg>`;

/** What stands above the pictures: the idea of the project, or all about one preset. */

import type { Preset } from "../../presets/table.ts";
import { formatCanonicalPath } from "../../urls/canonical-path.ts";
import { type Html, html } from "./html.ts";
import type { Picture } from "./picture.ts";
import { type Selectors, type View, viewHref } from "./view.ts";
import { describePreset } from "./words.ts";

export function renderIntroduction(view: View, presetCount: number, example: Picture | undefined): Html {
  return html`<h1>Every picture in every preset</h1>
<p class="lead">${renderCount(view)}, ${plural(presetCount, "preset")}. Each result is asked for by the preset’s name over a signed URL, and made once.</p>
${example && renderAnatomy(example)}`;
}

export function renderPresetHead(preset: Preset, view: View): Html {
  const { selectors } = view;
  const { width: _width, dpr: _dpr, ...format } = selectors;
  const { format: _format, ...size } = selectors;
  const { widths = [], dprs = [], formats, description } = preset;
  const choose = (selected: Selectors, label: string | number) => renderChoice(selected, label, view);
  return html`<h1><code>${preset.name}</code></h1>
<p class="lead">${description}</p>
<dl class="spec">${describePreset(preset).map(({ name, value }) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
${renderChoices("Width", [choose(format, "default"), ...widths.map((width) => choose({ ...format, width }, width))])}
${renderChoices("Density", [choose(format, "default"), ...dprs.map((dpr) => choose({ ...format, dpr }, `${dpr}x`))])}
${renderChoices("Format", [choose(size, "by Accept"), ...formats.map((each) => choose({ ...size, format: each }, each))])}
<p class="choices"><span>Sources</span> ${renderCount(view)}</p>`;
}

/** The link that is this page says so, to eyes and to screen readers. */
export function current(isCurrent: boolean): Html | false {
  return isCurrent && html` aria-current="page"`;
}

function renderCount(view: View): Html {
  const pictures = plural(view.sourceCount, "picture");
  if (view.folder === "") return html`${pictures}`;
  return html`${pictures} in ${view.folder} (<a href="${viewHref({ ...view, folder: "", page: 1 })}">show all</a>)`;
}

/** The project in two lines: what is asked for, and the one path that it is kept under. */
function renderAnatomy({ preset, source, selectors: { width }, url }: Picture): Html {
  const [target = "", query] = url.split("?", 2);
  const { name, revision, formats } = preset;
  const selected = { source: source.key, preset: name, revision, ...(width !== undefined && { width }) };
  return html`<dl class="anatomy">
<dt>asked for</dt><dd>/<b>${name}</b>${target.slice(name.length + 1)}${query && html`<span>?${query}</span>`}</dd>
<dt>kept as</dt><dd>${formatCanonicalPath({ ...selected, format: formats[0] })}</dd>
</dl>`;
}

/** One thing to choose from, beside leaving it open, is no choice. */
function renderChoices(name: string, choices: readonly Html[]): Html | false {
  return choices.length > 2 && html`<p class="choices"><span>${name}</span>${choices}</p>`;
}

function renderChoice(selectors: Selectors, label: string | number, view: View): Html {
  const href = viewHref({ ...view, selectors, page: 1 });
  return html`<a href="${href}"${current(href === viewHref({ ...view, page: 1 }))}>${label}</a>`;
}

function plural(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

/** How the gallery looks: a contact sheet. Every picture stands on one line, at its own size where there is room. */

import type { Preset } from "../../presets/table.ts";
import { pictureBox } from "./picture.ts";
import type { Selectors } from "./view.ts";

/**
 * The box that a preset's pictures will stand in, so that nothing moves when they arrive.
 *
 * `--w` is the width in pixels, `--r` width over height; the sheet scales the box down and never up.
 */
export function boxStyle(preset: Preset, { dpr: _density, ...selectors }: Selectors): string {
  const box = pictureBox(preset, selectors);
  // A side that the source decides: three to two is a guess that most photographs meet.
  const ratio = box.width !== undefined && box.height !== undefined ? box.width / box.height : 1.5;
  const boxWidth = box.width ?? (box.height === undefined ? 4_000 : box.height * ratio);
  return `.in-${preset.name} { --w: ${Math.round(boxWidth)}; --r: ${ratio.toFixed(4)}; }\n`;
}

export const style = `
:root {
  color-scheme: light dark;
  --paper: #fcfbf9; --ink: #1c1a17; --soft: #6c665d; --line: #e6e1d9; --mat: #f2efe9;
  --seal: #a5301b; --hit: #2c6a3b; --miss: #85570a;
  --text: system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
  --display: "Iowan Old Style", "Palatino Linotype", Palatino, "Noto Serif", Georgia, serif;
  --code: ui-monospace, "SF Mono", Menlo, "Cascadia Mono", "Noto Sans Mono", Consolas, "Liberation Mono", monospace;
  --edge: clamp(1rem, 3vw, 2.5rem);
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #151311; --ink: #ece7df; --soft: #a49d92; --line: #2f2b27; --mat: #211e1b;
    --seal: #ef8066; --hit: #89c894; --miss: #ddb064;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; scroll-padding-top: 4rem; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 0.9375rem/1.5 var(--text); font-variant-numeric: tabular-nums; }
a { color: inherit; text-underline-offset: 0.2em; text-decoration-color: var(--line); }
a:hover { text-decoration-color: currentColor; }
:focus-visible { outline: 2px solid var(--seal); outline-offset: 3px; border-radius: 2px; }
h1, h2, p, dl, dd, ul, figure { margin: 0; padding: 0; }
ul { list-style: none; }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.skip:focus { position: fixed; z-index: 3; inset: 0.5rem auto auto 0.5rem; padding: 0.5rem 1rem; background: var(--paper); }
.skip:not(:focus) { position: absolute; left: -99rem; }

.bar { display: flex; align-items: center; gap: 1rem; justify-content: space-between; padding: 1rem var(--edge); border-bottom: 1px solid var(--line); }
.brand { display: flex; align-items: center; gap: 0.6rem; font: 600 1.0625rem/1 var(--text); letter-spacing: -0.01em; text-decoration: none; }
.brand svg { width: 1.625rem; height: 1.625rem; color: var(--seal); }
.tally { color: var(--soft); font-size: 0.8125rem; text-align: right; }

.sheet { display: grid; grid-template-columns: 17.5rem minmax(0, 1fr); max-width: 100rem; margin: 0 auto; }
.index { position: sticky; top: 0; align-self: start; max-height: 100vh; overflow-y: auto; padding: 1.75rem 1.25rem 2rem var(--edge); }
.index a { display: block; padding: 0.5rem 0.75rem; margin-left: -0.75rem; border-radius: 6px; text-decoration: none; }
.index a:hover { background: var(--mat); }
.index a[aria-current] { background: var(--mat); box-shadow: inset 2px 0 var(--seal); border-radius: 0 6px 6px 0; }
.index .line span { color: var(--soft); font-size: 0.8125rem; }
.index .line { display: flex; justify-content: space-between; gap: 0.75rem; align-items: baseline; }
.index b, .name { font: 600 0.875rem/1.4 var(--code); letter-spacing: -0.01em; }
.index small { display: block; color: var(--soft); font-size: 0.75rem; line-height: 1.45; }
.index code, .revision { font: 0.6875rem/1.6 var(--code); }

main { padding: 2rem var(--edge) 5rem; border-left: 1px solid var(--line); min-width: 0; }
h1 { font: 500 clamp(1.75rem, 4.2vw, 2.75rem)/1.12 var(--display); letter-spacing: -0.02em; text-wrap: balance; }
h1 code { font: 500 0.9em/1 var(--code); letter-spacing: -0.04em; }
.lead { max-width: 42rem; margin-top: 0.75rem; color: var(--soft); text-wrap: pretty; }
.anatomy { display: grid; grid-template-columns: auto minmax(0, 1fr); gap: 0.15rem 1.25rem; margin-top: 1.5rem; padding: 0.875rem 0; border-block: 1px solid var(--line); font-size: 0.8125rem; }
.anatomy dt { color: var(--soft); }
.anatomy dd { font-family: var(--code); word-break: break-all; }
.anatomy dd span { color: var(--soft); }
.anatomy dd b { font-weight: 600; color: var(--seal); }
.spec { display: grid; grid-template-columns: repeat(auto-fill, minmax(9.5rem, 1fr)); gap: 1rem 1.5rem; margin-top: 1.5rem; padding: 1rem 0; border-block: 1px solid var(--line); }
.spec dt { color: var(--soft); font-size: 0.75rem; }
.spec dd { font: 0.8125rem/1.5 var(--code); overflow-wrap: anywhere; }
.choices { display: flex; flex-wrap: wrap; gap: 0.25rem 1rem; margin-top: 0.75rem; align-items: center; font-size: 0.8125rem; color: var(--soft); }
.choices a { padding: 0.375rem 0.5rem; border-radius: 6px; font: 0.8125rem/1.2 var(--code); color: var(--ink); text-decoration: none; }
.choices a:hover { background: var(--mat); }
.choices a[aria-current] { background: var(--ink); color: var(--paper); }
.choices span { min-width: 4rem; }

.source { margin-top: 2.75rem; }
.source h2 { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 1rem; align-items: baseline; padding-bottom: 0.5rem; border-bottom: 1px solid var(--line); font: 500 1rem/1.4 var(--code); letter-spacing: -0.015em; overflow-wrap: anywhere; }
.source h2 small { font: 400 0.8125rem/1.4 var(--text); color: var(--soft); letter-spacing: 0; }
.folder { color: var(--soft); font-weight: 400; text-decoration-color: transparent; }

.pictures { --cap: 132; --wide: 540; display: flex; flex-wrap: wrap; gap: 1.5rem; margin-top: 1.25rem; }
.pictures.one { --cap: 300; --wide: 448; margin-top: 2rem; gap: 2rem 1.5rem; }
.pictures > li { --fit: min(var(--w) * 1px, var(--cap) * var(--r) * 1px, var(--wide) * 1px); width: max(9.75rem, var(--fit)); max-width: 100%; }
.frame { position: relative; display: grid; grid-template-columns: minmax(0, 1fr); align-items: end; height: calc(var(--cap) * 1px); }
.one .frame { height: auto; }
.picture { position: relative; display: grid; grid-template-columns: minmax(0, 1fr); width: var(--fit); max-width: 100%; aspect-ratio: var(--r); place-items: end start; container-type: size; }
.picture::after { content: ""; position: absolute; inset: -6px; }
.picture:not(:has(img)) { background: var(--mat); border-radius: 3px; }
.picture img { display: block; width: auto; height: auto; max-width: 100cqw; max-height: 100cqh; border-radius: 3px; box-shadow: 0 0 0 1px rgb(128 120 110 / 0.22); background: repeating-conic-gradient(var(--mat) 0 25%, var(--paper) 0 50%) 0 0 / 14px 14px; }
[aria-busy] .picture img { opacity: 0.5; }
.error { display: none; }
.one [data-failed] .frame { min-height: 6rem; }
[data-failed] .picture { position: absolute; inset: 0; width: auto; height: 100%; aspect-ratio: auto; background: none; }
[data-failed] .error { display: block; align-self: stretch; padding: 0.6rem 0.7rem; border: 1px dashed var(--line); border-radius: 3px; color: var(--soft); font-size: 0.75rem; line-height: 1.45; overflow: hidden; overflow-wrap: anywhere; white-space: pre-line; }
[data-failed] .error::first-line { color: var(--seal); }
figcaption { margin-top: 0.5rem; }
.caption { display: flex; align-items: center; gap: 0.125rem; }
.caption .name { flex: 1; min-width: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.one .caption .name { white-space: normal; overflow-wrap: anywhere; }
.facts, .outcome { min-height: 1.4em; font-size: 0.75rem; line-height: 1.4; color: var(--soft); }
.outcome::before { content: ""; display: inline-block; width: 0.45em; height: 0.45em; margin-right: 0.45em; border-radius: 50%; vertical-align: 0.1em; background: currentColor; opacity: 0.35; }
.outcome:empty::before { display: none; }
.outcome[data-cache$="Hit"] { color: var(--hit); }
.outcome[data-cache="Miss"] { color: var(--miss); }
.outcome[data-cache="Error"] { color: var(--seal); }
.outcome[data-cache]::before { opacity: 1; }
button { display: grid; place-items: center; width: 1.625rem; height: 1.625rem; padding: 0; border: 0; border-radius: 5px; background: none; color: var(--soft); cursor: pointer; }
button[hidden] { display: none; }
button:hover { background: var(--mat); color: var(--ink); }
button[data-done] { color: var(--hit); }
button svg { width: 0.9375rem; height: 0.9375rem; fill: none; stroke: currentColor; stroke-width: 1.5; stroke-linecap: round; stroke-linejoin: round; }
.pages { display: flex; flex-wrap: wrap; gap: 0.5rem 1.5rem; align-items: baseline; margin-top: 3rem; padding-top: 1rem; border-top: 1px solid var(--line); }
.pages p { color: var(--soft); margin-right: auto; }
.empty { margin-top: 3rem; color: var(--soft); }

@media (max-width: 60rem) {
  .sheet { display: block; }
  .index { z-index: 2; max-height: none; overflow: auto hidden; padding: 0.5rem var(--edge); background: var(--paper); border-bottom: 1px solid var(--line); scrollbar-width: none; }
  .index ul { display: flex; gap: 0.25rem; margin: 0 -0.5rem; }
  .index a { margin: 0; padding: 0.5rem 0.625rem; white-space: nowrap; }
  .index a[aria-current] { box-shadow: inset 0 -2px var(--seal); border-radius: 6px 6px 0 0; }
  .index small { display: none; }
  .index .line { gap: 0.5rem; }
  main { border-left: 0; padding-top: 1.5rem; }
  .pictures { --cap: 116; gap: 1.25rem 0.75rem; }
}
@media (max-width: 30rem) {
  .anatomy { display: block; }
  .anatomy dd + dt { margin-top: 0.5rem; }
  .tally { font-size: 0.75rem; }
}
@media (pointer: coarse) {
  button { width: 2.25rem; height: 2.25rem; }
}
@media (prefers-reduced-motion: no-preference) {
  .picture img { transition: opacity 0.2s; }
}
@media print { .index, button { display: none; } }
`;

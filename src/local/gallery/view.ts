/** Which part of the gallery a query string asks for: which preset and variant, which folder and page of sources. */

import type { ImageFormat, Preset } from "../../presets/table.ts";
import { isServed } from "../../urls/select.ts";

export interface GallerySource {
  readonly key: string;
  readonly bytes: number;
}

/** What a signed URL may select within its preset. */
export interface Selectors {
  readonly width?: number;
  readonly dpr?: number;
  readonly format?: ImageFormat;
}

export interface View {
  /** The one preset to show; absent: all of them. */
  readonly preset?: Preset;
  readonly selectors: Selectors;
  /** Shows the sources whose keys begin so; empty: all. */
  readonly folder: string;
  /** From 1. */
  readonly page: number;
  readonly pageCount: number;
  readonly sources: readonly GallerySource[];
  /** How many sources come before this page. */
  readonly skipped: number;
  /** Over all pages. */
  readonly sourceCount: number;
}

/** Two dozen sources in ten presets are 240 URLs to sign and about 400 kB of page. */
export const sourcesPerPage = 24;

/** What the query string says beside the truth (a preset that is gone, a page too far) is read as if it were not there. */
export function parseView(
  queryString: string,
  presets: readonly Preset[],
  sources: readonly GallerySource[],
): View {
  const query = new URLSearchParams(queryString);
  const preset = presets.find(({ name }) => name === query.get("preset"));
  const folder = query.get("in") ?? "";
  const served = sources.filter(
    ({ key }) => key.startsWith(folder) && (preset === undefined || isServed(preset, key)),
  );
  const pageCount = Math.max(1, Math.ceil(served.length / sourcesPerPage));
  const wantedPage = Number(query.get("page"));
  const page = Number.isInteger(wantedPage) && wantedPage >= 1 ? Math.min(wantedPage, pageCount) : 1;
  const skipped = (page - 1) * sourcesPerPage;
  return {
    ...(preset !== undefined && { preset }),
    selectors: preset === undefined ? {} : parseSelectors(query, preset),
    folder,
    page,
    pageCount,
    sources: served.slice(skipped, skipped + sourcesPerPage),
    skipped,
    sourceCount: served.length,
  };
}

/** The address of a view; the inverse of `parseView`. */
export function viewHref(view: Partial<Pick<View, "preset" | "selectors" | "folder" | "page">>): string {
  const { preset, selectors = {}, folder = "", page = 1 } = view;
  const query = new URLSearchParams();
  if (preset !== undefined) query.set("preset", preset.name);
  if (selectors.width !== undefined) query.set("w", String(selectors.width));
  if (selectors.dpr !== undefined) query.set("dpr", String(selectors.dpr));
  if (selectors.format !== undefined) query.set("fm", selectors.format);
  if (folder !== "") query.set("in", folder);
  if (page > 1) query.set("page", String(page));
  return query.size === 0 ? "/" : `/?${query}`;
}

function parseSelectors(query: URLSearchParams, { widths, dprs, formats }: Preset): Selectors {
  const width = widths?.find((declared) => String(declared) === query.get("w"));
  const dpr = dprs?.find((declared) => String(declared) === query.get("dpr"));
  const format = formats.find((declared) => declared === query.get("fm"));
  return {
    ...(width !== undefined && { width }),
    ...(dpr !== undefined && { dpr }),
    ...(format !== undefined && { format }),
  };
}

/// <reference lib="dom" />
/** What is spared where people ask their browser to save data. */

import type { ImgPreset } from "./img.ts";

/** The preset without the candidates that are larger than the window needs in CSS pixels. */
export function economical(preset: ImgPreset): ImgPreset {
  if (!savesData()) return preset;
  const { dprs: _dprs, widths, ...others } = preset;
  const isNeeded = (_: number, index: number) => (widths?.[index - 1] ?? 0) < innerWidth;
  return { ...others, ...(widths && { widths: widths.filter(isNeeded) }) };
}

/** Network Information API, as far as Chromium has it. */
export function savesData(): boolean {
  const connection: { readonly saveData?: unknown } | undefined = Reflect.get(navigator, "connection");
  return connection?.saveData === true;
}

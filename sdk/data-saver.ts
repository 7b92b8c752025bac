/// <reference lib="dom" />
/** What is spared where people ask their browser to save data. */

import type { ImgPreset } from "./img.ts";

/** The preset without the candidates that are larger than the window needs in CSS pixels. */
export function economical(preset: ImgPreset): ImgPreset {
  if (!savesData()) return preset;
  const { dprs: _, widths, ...others } = preset;
  const enough = widths?.find((width) => width >= innerWidth) ?? Infinity;
  return { ...others, ...(widths && { widths: widths.filter((width) => width <= enough) }) };
}

/** Network Information API, as far as Chromium has it. */
export function savesData(): boolean {
  const connection: { readonly saveData?: unknown } | undefined = Reflect.get(navigator, "connection");
  return connection?.saveData === true;
}

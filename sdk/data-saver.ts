/// <reference lib="dom" />
/** What is spared where people ask their browser to save data. */

import type { SignerPreset } from "./presets.ts";

/** The preset without the candidates that are larger than the window needs in CSS pixels. */
export function economical(preset: SignerPreset): SignerPreset {
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

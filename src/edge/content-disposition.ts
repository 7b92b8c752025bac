/** Content-Disposition (RFC 6266), so that a saved picture has its own name and the right extension. */

import type { OutputFormat, Variant } from "../presets/variant.ts";

const extensions: Readonly<Record<OutputFormat, string>> = {
  avif: "avif",
  webp: "webp",
  jpeg: "jpg",
  png: "png",
  gif: "gif",
  json: "json",
};

/**
 * `inline`, or `attachment` for a preset that says `download`, with the source's name and the format's extension.
 *
 * @example contentDisposition({ source: "photos/cat.png", format: "webp", … }, false) // inline; filename="cat.webp"
 */
export function contentDisposition({ source, format }: Variant, isDownload: boolean): string {
  const baseName = source.slice(source.lastIndexOf("/") + 1);
  const stem = baseName.replace(/(?<=.)\.[^.]*$/u, "");
  const name = `${stem}.${extensions[format]}`;
  const fallback = name.replace(/[^\x20-\x7e]|["\\%]/gu, "_");
  const type = isDownload ? "attachment" : "inline";
  // RFC 6266 4.3 and appendix D: the fallback for old clients comes first and holds no percent sign.
  return fallback === name
    ? `${type}; filename="${name}"`
    : `${type}; filename="${fallback}"; filename*=UTF-8''${extendedValue(name)}`;
}

// RFC 8187 3.2.1: attr-char is narrower than what encodeURIComponent leaves alone.
function extendedValue(text: string): string {
  return encodeURIComponent(text).replace(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

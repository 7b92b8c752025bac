/** What a picture may keep beside its pixels. Wherever EXIF is written, libvips adds Orientation 1: upright. */

import type { Sharp } from "sharp";
import { readCopyright } from "./exif.ts";
import type { SourceFacts } from "./limits.ts";

/** The copyright and the artist of a source, spelled for libvips; `undefined` when it names neither. */
export function copyrightTags({ exif }: SourceFacts): Readonly<Record<string, string>> | undefined {
  const tags = exif === undefined ? [] : Object.entries(readCopyright(exif));
  // libvips takes a last parenthesis for its own note on the type and drops it: it gets one to drop.
  return tags.length === 0
    ? undefined
    : Object.fromEntries(tags.map(([tag, text]) => [tag, `${text} (ASCII)`]));
}

/**
 * Keeps EXIF and XMP, but for what is no longer true of the pixels: how they lie, and their colour space.
 *
 * IPTC goes: sharp keeps it only together with the source's colour profile, and of our formats JPEG alone could hold it.
 */
export function keepAll(image: Sharp, source: SourceFacts): Sharp {
  // ColorSpace 1 is sRGB; the source may have said Adobe RGB.
  const tags = { IFD0: { ...copyrightTags(source) }, IFD2: { ColorSpace: "1" } };
  const kept = source.exif === undefined ? image : image.withExifMerge(tags);
  return source.xmp === undefined ? kept : kept.withXmp(upright(source.xmp));
}

/** XMP repeats the orientation (XMP specification part 2, 3.3), and some viewers believe it. */
function upright(xmp: string): string {
  return xmp.replace(/(<tiff:Orientation>|tiff:Orientation=["'])[2-8]/g, "$11");
}

/**
 * For pages: URLs and `<img>` attributes from a signed URL or a grant, without any secret.
 *
 * No import of Node's, and no key.
 */

import { parseMode } from "./cors.ts";
import {
  imgAttributes as attributesOf,
  formatSrcset,
  type ImgAttributes,
  type ImgOptions,
  writtenRatio,
} from "./img.ts";
import { type GrantedPicture, type Picture, placePicture } from "./picture.ts";
import type { PresetName, SignerPresets } from "./presets.ts";
import type { SelectorOptions } from "./url-options.ts";

export type { ImgAttributes, ImgOptions } from "./img.ts";
export type { GrantedPicture, Picture } from "./picture.ts";
export { type PlaceholderStyle, placeholderStyle } from "./placeholder.ts";
export { type PreloadAttributes, preloadAttributes } from "./preload.ts";
export type { PresetName, SignerPreset, SignerPresets } from "./presets.ts";
export type { SelectorOptions } from "./url-options.ts";

/**
 * The attributes of an `<img>`, with every candidate of the preset in `srcset`, in the order in which to set them.
 *
 *     imgAttributes(presets, signedUrl, { alt: "A cat", sizes: "100vw" });
 *     imgAttributes(presets, { baseUrl, grant, preset: "card", source: "photos/cat.jpg" }, { alt: "A cat" });
 *
 * @throws TypeError when `alt`, a needed `sizes` or a needed `sourceSize` is missing, or the preset is unknown
 */
export function imgAttributes<const Table extends SignerPresets>(
  { presets }: Table,
  picture: Picture<Table["presets"]>,
  options: ImgOptions,
): ImgAttributes {
  const { name, preset, urlFor } = placePicture(presets, picture);
  return attributesOf(name, preset, urlFor, {
    ...options,
    crossorigin: parseMode(options.crossorigin),
  });
}

/**
 * The value of `srcset`: every candidate that the preset declares, from one signed URL or one grant.
 *
 * @throws TypeError for a preset that there is not
 */
export function srcset<const Table extends SignerPresets>(
  { presets }: Table,
  picture: Picture<Table["presets"]>,
): string {
  const { preset, urlFor } = placePicture(presets, picture);
  return formatSrcset(preset, urlFor);
}

/**
 * The URL of one candidate of what a grant opens; without selectors, of the default one.
 *
 *     pictureUrl(presets, { baseUrl, grant, preset: "banner", source: "photos/cat.jpg" }, { width: 640 });
 *
 * @throws TypeError for a preset that there is not
 */
export function pictureUrl<const Table extends SignerPresets, Name extends PresetName<Table["presets"]>>(
  { presets }: Table,
  picture: GrantedPicture<Name>,
  { width, dpr, format }: SelectorOptions<Table["presets"][Name]> = {},
): string {
  return placePicture(presets, picture).urlFor({ w: width, dpr: writtenRatio(dpr), fm: format });
}

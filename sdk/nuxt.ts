/** A provider for @nuxt/image: signed URLs whose candidates it chooses. */

import { imgAttributes } from "./client.ts";
import type { ImgAttributes, ImgOptions } from "./img.ts";
import { type Picture, withSelectors } from "./picture.ts";
import type { SignerPresets } from "./presets.ts";

/** What @nuxt/image hands to a provider. */
export interface ProviderOptions {
  readonly modifiers?: {
    /** Pixels; the edge takes the next larger one that the preset declares. */
    readonly width?: number | string | undefined;
  };
}

/**
 * The URL of one candidate of a signed URL, or of one that a grant opens. Every modifier but the width is the preset's
 * own matter, and passed over.
 */
export function getImage(src: string, { modifiers = {} }: ProviderOptions = {}): { readonly url: string } {
  const w = Number(modifiers.width);
  return { url: w > 0 ? withSelectors(src, { w }) : src };
}

/** Props of `<NuxtImg>`. */
export type ImageProps = Omit<ImgAttributes, "srcset">;

/**
 * The props of `<NuxtImg>` for a picture, with the preset's width and height.
 *
 *     <NuxtImg v-bind="imageProps(presets, signedUrl, { alt: 'A cat', sizes: '100vw md:50vw' })" />
 *
 * @param options `sizes` as @nuxt/image writes them
 * @throws TypeError when `alt`, a needed `sizes` or a needed `sourceSize` is missing, or the preset is unknown
 */
export function imageProps<const Table extends SignerPresets>(
  presets: Table,
  picture: Picture<Table["presets"]>,
  options: ImgOptions,
): ImageProps {
  const { srcset, ...others } = imgAttributes(presets, picture, options);
  return others;
}

/** What @nuxt/image 2 asks for: `provider: "@imgseal/sdk/nuxt"`. */
// biome-ignore lint/style/noDefaultExport: a provider is found by nothing else
export default () => ({ getImage });

/** A provider for @nuxt/image: signed URLs whose candidates it chooses. */

import { withSelectors } from "./picture.ts";

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

/** What @nuxt/image 2 asks for: `provider: "@imgseal/sdk/nuxt"`. */
// biome-ignore lint/style/noDefaultExport: a provider is found by nothing else
export default () => ({ getImage });

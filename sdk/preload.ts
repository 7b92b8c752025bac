/** Telling a browser of the picture that a page opens with, before it finds the `<img>`. */

import type { ImgAttributes } from "./img.ts";

/** Attributes of a `<link>`, in HTML's names. */
export interface PreloadAttributes {
  readonly rel: "preload";
  readonly as: "image";
  readonly fetchpriority: "high";
  readonly crossorigin?: "anonymous" | "use-credentials";
  readonly imagesizes?: string;
  readonly imagesrcset?: string;
  readonly href?: string;
}

/**
 * The attributes of the `<link>` that preloads what an `<img>` of these attributes will show.
 *
 *     preloadAttributes(imgAttributes(presets, signedUrl, { alt: "A cat", sizes: "100vw", priority: true }));
 */
export function preloadAttributes({ src, srcset, sizes, crossorigin }: ImgAttributes): PreloadAttributes {
  return {
    rel: "preload",
    as: "image",
    fetchpriority: "high",
    // A request in another mode is another request.
    ...(crossorigin !== undefined && { crossorigin }),
    ...(sizes !== undefined && { imagesizes: sizes }),
    // Beside imagesrcset, href is what browsers load that do not know it: the wrong candidate.
    ...(srcset === undefined ? { href: src } : { imagesrcset: srcset }),
  };
}

/** The first page of the local service: every picture in every preset, through signed URLs. */

import { createHash } from "node:crypto";
import type { HeaderMap } from "../edge/event.ts";
import type { Preset } from "../presets/table.ts";
import { renderDocument } from "./gallery/page.ts";
import { signInEveryPreset, signPicture, smallest, type UrlFor } from "./gallery/picture.ts";
import { script } from "./gallery/script.ts";
import { boxStyle, style as sheetStyle } from "./gallery/style.ts";
import { type GallerySource, parseView } from "./gallery/view.ts";

export interface GalleryOptions {
  readonly presets: readonly Preset[];
  /** In the order in which they are shown. */
  readonly sources: readonly GallerySource[];
  /** Signs; gives a path with its query (`/thumb/cat.jpg?kid=..&sig=..`), never an absolute URL. */
  readonly urlFor: UrlFor;
  /** `preset`, `w`, `dpr`, `fm` and `page`, without the question mark; whatever does not apply is ignored. */
  readonly queryString: string;
}

/**
 * The page and its headers. It is complete without JavaScript, and nothing in it comes from another host: the
 * Content-Security-Policy names its one style sheet and its one script by their SHA-256 (CSP Level 3, 2.3.1).
 */
export async function galleryPage(options: GalleryOptions): Promise<{ headers: HeaderMap; body: string }> {
  const { presets, urlFor } = options;
  const view = parseView(options.queryString, presets, options.sources);
  const { preset, selectors, sources } = view;
  const pictures = await Promise.all(
    sources.map(async (source) =>
      preset === undefined
        ? signInEveryPreset(presets, source, urlFor)
        : [await signPicture(preset, source, selectors, urlFor)],
    ),
  );
  const boxes = presets.map((each) => boxStyle(each, each === preset ? selectors : smallest(each)));
  const style = sheetStyle + boxes.join("");
  return {
    headers: {
      "content-type": "text/html; charset=utf-8",
      // The signatures in it expire.
      "cache-control": "no-store",
      "content-security-policy": contentSecurityPolicy(style, script),
      "x-content-type-options": "nosniff",
      "referrer-policy": "no-referrer",
    },
    body: renderDocument({ view, presets, pictures, style }),
  };
}

function contentSecurityPolicy(style: string, code: string): string {
  return [
    "default-src 'none'",
    "img-src 'self' blob:",
    "connect-src 'self'",
    `style-src '${sourceHash(style)}'`,
    `script-src '${sourceHash(code)}'`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
}

function sourceHash(text: string): string {
  return `sha256-${createHash("sha256").update(text).digest("base64")}`;
}

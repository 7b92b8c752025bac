/** createSyncSigner: as createSigner, without a promise, for template engines in Node. */

import { signGrantSync } from "../src/urls/grant-verification.ts";
import { signSync } from "../src/urls/sync-signature.ts";
import { createDrafts, type Draft } from "./drafts.ts";
import { type GrantOptions, requireFitting } from "./grant.ts";
import type { HtmlOptions } from "./html.ts";
import type { ImgAttributes, ImgOptions } from "./img.ts";
import type { PresetName, SignerPresets } from "./presets.ts";
import type { SignerOptions } from "./signer.ts";
import type { SrcsetOptions, UrlOptions } from "./url-options.ts";

/** As `Signer`; every function throws a TypeError for whatever the edge would refuse. */
export interface SyncSigner<Presets = SignerPresets["presets"]> {
  /** The signed URL of a source in a preset. */
  url<Name extends PresetName<Presets>>(
    preset: Name,
    source: string,
    options?: UrlOptions<Presets[Name]>,
  ): string;

  /** The value of `srcset`: every candidate that the preset declares, under one signature. */
  srcset<Name extends PresetName<Presets>>(
    preset: Name,
    source: string,
    options?: SrcsetOptions<Presets[Name]>,
  ): string;

  /** The attributes of an `<img>`, in the order in which to set them. */
  img<Name extends PresetName<Presets>>(
    preset: Name,
    source: string,
    options: ImgOptions & SrcsetOptions<Presets[Name]>,
  ): ImgAttributes;

  /** An `<img>` tag with every value escaped. */
  html<Name extends PresetName<Presets>>(
    preset: Name,
    source: string,
    options: HtmlOptions & SrcsetOptions<Presets[Name]>,
  ): string;

  /** A token for a page that builds its own URLs. */
  grant(options: GrantOptions<PresetName<Presets>>): string;
}

/**
 * A signer for one distribution, over node:crypto; its results are those of `createSigner`, byte for byte.
 *
 *     const signer = createSyncSigner({ baseUrl: "https://img.example.com", keys, presets, lifetime: "1d" });
 *     signer.html("card", "photos/cat.jpg", { alt: "A cat" });
 *
 * @throws TypeError
 */
export function createSyncSigner<const Table extends SignerPresets>(
  options: SignerOptions<Table>,
): SyncSigner<Table["presets"]> {
  const drafts = createDrafts(options);
  const sealed =
    <Args extends unknown[], Result>(draft: (...args: Args) => Draft<Result>) =>
    (...args: Args): Result => {
      const { claims, key, finish } = draft(...args);
      return finish(signSync(claims, key));
    };
  return {
    url: sealed(drafts.url),
    srcset: sealed(drafts.srcset),
    img: sealed(drafts.img),
    html: sealed(drafts.html),
    grant(options) {
      const { claims, key } = drafts.grant(options);
      return requireFitting(signGrantSync(claims, key));
    },
  };
}

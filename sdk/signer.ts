/** createSigner: preset name and source key in, signed URL or `<img>` out. Runs wherever WebCrypto does. */

import { sign, signGrant } from "../src/urls/signature.ts";
import { createDrafts, type Draft } from "./drafts.ts";
import { type GrantOptions, requireFitting } from "./grant.ts";
import type { HtmlOptions } from "./html.ts";
import type { ImgAttributes, ImgOptions } from "./img.ts";
import type { PresetName, SignerPresets } from "./presets.ts";
import type { SrcsetOptions, UrlOptions } from "./url-options.ts";

export interface SignerOptions<Table extends SignerPresets = SignerPresets> {
  /** Origin of the distribution, such as `https://img.example.com`. */
  readonly baseUrl: string;
  /** A JWK Set (RFC 7517). */
  readonly keys: unknown;
  /** The key that signs; left out, it is the first that can and whose window covers the moment. */
  readonly signingKid?: string;
  /** What `imgseal presets --json` prints, or the const that `imgseal types` writes. */
  readonly presets: Table;
  /** How long URLs and grants live unless they say otherwise: seconds, or a text such as `1h`. */
  readonly lifetime?: number | string;
  /** Milliseconds, as `Date.now`. */
  readonly now?: () => number;
}

/** Every function's promise rejects with a TypeError for whatever the edge would refuse. */
export interface Signer<Presets = SignerPresets["presets"]> {
  /** The signed URL of a source in a preset. */
  url<Name extends PresetName<Presets>>(
    preset: Name,
    source: string,
    options?: UrlOptions<Presets[Name]>,
  ): Promise<string>;

  /** The value of `srcset`: every candidate that the preset declares, under one signature. */
  srcset<Name extends PresetName<Presets>>(
    preset: Name,
    source: string,
    options?: SrcsetOptions<Presets[Name]>,
  ): Promise<string>;

  /** The attributes of an `<img>`, in the order in which to set them. */
  img<Name extends PresetName<Presets>>(
    preset: Name,
    source: string,
    options: ImgOptions & SrcsetOptions<Presets[Name]>,
  ): Promise<ImgAttributes>;

  /** An `<img>` tag with every value escaped. */
  html<Name extends PresetName<Presets>>(
    preset: Name,
    source: string,
    options: HtmlOptions & SrcsetOptions<Presets[Name]>,
  ): Promise<string>;

  /** A token for a page that builds its own URLs: it opens what it lists, until it ends, and nothing else. */
  grant(options: GrantOptions<PresetName<Presets>>): Promise<string>;
}

/**
 * A signer for one distribution.
 *
 *     const signer = createSigner({ baseUrl: "https://img.example.com", keys, presets, lifetime: "1d" });
 *     await signer.url("thumb", "photos/cat.jpg");
 *
 * @throws TypeError
 */
export function createSigner<const Table extends SignerPresets>(
  options: SignerOptions<Table>,
): Signer<Table["presets"]> {
  const drafts = createDrafts(options);
  const sealed =
    <Args extends unknown[], Result>(draft: (...args: Args) => Draft<Result>) =>
    // Async, so that a mistake rejects the promise and never throws beside it.
    async (...args: Args): Promise<Result> => {
      const { claims, key, finish } = draft(...args);
      return finish(await sign(claims, key));
    };
  return {
    url: sealed(drafts.url),
    srcset: sealed(drafts.srcset),
    img: sealed(drafts.img),
    html: sealed(drafts.html),
    async grant(options) {
      const { claims, key } = drafts.grant(options);
      return requireFitting(await signGrant(claims, key));
    },
  };
}

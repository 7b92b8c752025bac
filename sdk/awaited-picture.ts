/** A picture that is shown before there is a grant for it, and again with each grant that follows: for frameworks. */

import { imgAttributes } from "./client.ts";
import type { ImgAttributes, ImgOptions } from "./img.ts";
import type { GrantedPicture } from "./picture.ts";
import { nothing } from "./place.ts";
import type { PresetName, SignerPresets } from "./presets.ts";

/** A signed URL, or what a grant opens; the grant may be on its way. */
export type AwaitedPicture<Presets = SignerPresets["presets"]> =
  | string
  | (Omit<GrantedPicture<PresetName<Presets>>, "grant"> & { readonly grant: string | null | undefined });

export type Urls = Pick<ImgAttributes, "src" | "srcset">;

/** While there is no grant it has no URLs, an empty `alt`, and a style: width and height keep the picture's place free. */
export type AwaitedAttributes = Omit<ImgAttributes, keyof Urls> &
  Partial<Urls> & {
    /** Without a frame and a broken image, and with whatever background it has. */
    readonly style?: { readonly content: string };
  };

/** What has arrived, and under which URLs. */
export interface Arrival {
  readonly subject: string;
  readonly urls: Partial<Urls>;
}

/**
 * The attributes of an `<img>` as of now.
 *
 * @throws TypeError as `imgAttributes`
 */
export function awaitedAttributes<const Table extends SignerPresets>(
  presets: Table,
  picture: AwaitedPicture<Table["presets"]>,
  options: ImgOptions,
  arrival: Arrival | undefined,
): AwaitedAttributes {
  if (typeof picture === "string") return imgAttributes(presets, picture, options);
  const grant = picture.grant ?? "";
  const attributes = imgAttributes(presets, { ...picture, grant }, options);
  // With another grant the URLs would be others, and what is shown would be loaded a second time.
  if (arrival?.subject === subjectOf(picture)) return { ...attributes, ...arrival.urls };
  if (grant !== "") return attributes;
  // HTML 15.4.3: without src and with a text, an <img> is that text, and no larger than it. With `sizes` and without
  // srcset, Chromium lays it out a few pixels higher than the picture that follows.
  const { src, srcset, sizes, ...others } = attributes;
  return { ...others, alt: "", style: { content: nothing } };
}

/** What to keep once an `<img>` of these attributes has arrived: nothing of a signed URL, which changes only by intent. */
export function arrivalOf(picture: AwaitedPicture, { src, srcset }: AwaitedAttributes): Arrival | undefined {
  if (typeof picture === "string" || src === undefined) return undefined;
  return { subject: subjectOf(picture), urls: { ...(srcset !== undefined && { srcset }), src } };
}

function subjectOf({ baseUrl, preset, source }: Exclude<AwaitedPicture, string>): string {
  return JSON.stringify([baseUrl, preset, source]);
}

/** A picture that a page may show: a URL that was signed for it, or what a grant opens. Its URLs, without any secret. */

import { formatSignedUrl, type SignedUrl } from "../src/urls/signed-url.ts";
import type { Selectors } from "./img.ts";
import { isObject, misuse } from "./misuse.ts";
import { parseOrigin } from "./origin.ts";
import { findPreset, type PresetName, type SignerPreset, type SignerPresets } from "./presets.ts";
import { parseUrlOptions } from "./url-options.ts";

/** One source in one preset, opened by a grant. */
export interface GrantedPicture<Name extends string = string> {
  /** Origin of the distribution, such as `https://img.example.com`. */
  readonly baseUrl: string;
  /** The token that a signer's `grant` made. */
  readonly grant: string;
  readonly preset: Name;
  readonly source: string;
}

/** A signed URL, or what a grant opens. */
export type Picture<Presets = SignerPresets["presets"]> = string | GrantedPicture<PresetName<Presets>>;

export interface PlacedPicture {
  readonly name: string;
  readonly preset: SignerPreset;
  readonly urlFor: (selectors: Pick<SignedUrl, "w" | "dpr" | "fm">) => string;
}

/**
 * The preset of a picture, and the URLs of its candidates.
 *
 * @throws TypeError for what the edge would refuse
 */
export function placePicture(presets: SignerPresets["presets"], picture: unknown): PlacedPicture {
  if (typeof picture === "string") {
    const name = presetOf(picture);
    return {
      name,
      preset: findPreset(presets, name),
      urlFor: (selectors) => withSelectors(picture, selectors),
    };
  }
  if (!isObject(picture))
    return misuse("picture", "a signed URL, or { baseUrl, grant, preset, source }", picture);
  const { baseUrl, grant, source } = picture;
  const name = String(picture.preset);
  const preset = findPreset(presets, name);
  const { claims } = parseUrlOptions(name, preset, source, {});
  const origin = parseOrigin(baseUrl);
  // What came would be the token.
  if (typeof grant !== "string" || !grant) misuse("grant", "a token from a signer", typeof grant);
  const rev = preset.revision.slice(0, 6);
  return {
    name,
    preset,
    urlFor: (selectors) => origin + formatSignedUrl({ ...claims, grant, ...selectors }, rev),
  };
}

/**
 * A signed URL with other selectors, which no signature covers; whatever else it holds stays as it is. They stand
 * where a signer writes them, so that both make one URL for one candidate and browsers load it once.
 */
export function withSelectors(url: string, selectors: Selectors): string {
  const [target = "", query = ""] = url.split("?", 2);
  const parameters = query
    .split("&")
    .filter((parameter) => parameter !== "" && !/^(?:w|dpr)=/.test(parameter));
  const first = parameters.findIndex((parameter) => /^(?:fm|rev)=/.test(parameter));
  const chosen = Object.entries(selectors).map(([name, value]) => `${name}=${value}`);
  parameters.splice(first === -1 ? parameters.length : first, 0, ...chosen);
  return parameters.length === 0 ? target : `${target}?${parameters.join("&")}`;
}

function presetOf(url: string): string {
  const [, name] = /^https?:\/\/[^/?#]+\/([^/?#]+)\/[^?#]+(?:\?[^#]*)?$/.exec(url) ?? [];
  return (
    name ?? misuse("picture", "a signed URL such as https://img.example.com/card/cat.jpg?...", "another text")
  );
}

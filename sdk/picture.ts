/** A picture that a page may show: a URL that was signed for it, or what a grant opens. Its URLs, without any secret. */

import type { SignedUrl } from "../src/urls/signed-url.ts";
import { encodeSourceKey } from "../src/urls/source-key.ts";
import { misuse } from "./misuse.ts";
import type { PresetName, SignerPreset, SignerPresets } from "./presets.ts";

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
  readonly urlFor: (candidate: Candidate) => string;
}

type Candidate = Pick<SignedUrl, "w" | "dpr" | "fm">;

/**
 * The preset of a picture, and the URLs of its candidates. Types say what a grant is, and the edge judges it: a page has
 * no room for more of the signer's checks.
 *
 * @throws TypeError for a preset that there is not, and for what is no source key
 */
export function placePicture(presets: SignerPresets["presets"], picture: Picture): PlacedPicture {
  const isSigned = typeof picture === "string";
  const name = isSigned ? (picture.split("/")[3] ?? "") : picture.preset;
  const preset = Object.hasOwn(presets, name) && presets[name];
  if (!preset) return misuse("preset", `one of ${Object.keys(presets).join(", ")}`, name);
  const base = isSigned ? picture : grantedUrl(picture, preset);
  return { name, preset, urlFor: (candidate) => withSelectors(base, candidate) };
}

/**
 * What would be a request for another path or for none: empty, `.` and `..` segments, which the URL class resolves, and
 * lone surrogates, which have no UTF-8 form. Whatever else is no source key the edge refuses.
 */
const otherPath = /(^|\/)\.{0,2}(\/|$)|\p{Cs}/u;

/** As a signer writes URLs, so that both make one URL for one candidate and browsers load it once. */
function grantedUrl({ baseUrl, grant, preset, source }: GrantedPicture, { revision }: SignerPreset): string {
  if (typeof source !== "string" || otherPath.test(source)) {
    misuse("source", 'a key without a leading slash, "." or ".."', source);
  }
  return new URL(`/${preset}/${encodeSourceKey(source)}?grant=${grant}&rev=${revision.slice(0, 6)}`, baseUrl)
    .href;
}

/**
 * A signed URL with other selectors, which no signature covers; whatever else it holds stays as it is. They stand
 * where a signer writes them, so that both make one URL for one candidate and browsers load it once.
 */
export function withSelectors(url: string, candidate: Candidate): string {
  const [target = "", query] = url.split("?");
  const chosen = Object.entries(candidate).map(([name, value]) => (value ? `&${name}=${value}` : ""));
  const kept = (query ? `&${query}` : "").replace(/&(w|dpr)=[^&]*/g, "");
  return target + kept.replace(/(&(fm|rev)=.*)?$/, (rest) => chosen.join("") + rest).replace("&", "?");
}

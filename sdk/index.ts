/** Signs imgseal URLs by preset name, and makes `<img>` tags of them. */

export type { ExpiryOptions } from "./expiry.ts";
export type { GrantOptions } from "./grant.ts";
export type { ExtraAttributes, HtmlOptions } from "./html.ts";
export type { ImgAttributes, ImgOptions } from "./img.ts";
export type { PresetName, SignerPreset, SignerPresets } from "./presets.ts";
export { createSigner, type Signer, type SignerOptions } from "./signer.ts";
export type { ClaimOptions, SrcsetOptions, UrlOptions } from "./url-options.ts";

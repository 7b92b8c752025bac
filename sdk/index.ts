/** Signs imgseal URLs by preset name. */

export {
  createSigner,
  type Signer,
  type SignerOptions,
  type SignerPreset,
  type SignerPresets,
  type UrlOptions,
} from "./signer.ts";

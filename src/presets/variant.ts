/** The identity of a result: nothing outside a Variant and the source's own content may influence the bytes. */

/** What a derivative may be, in the order of the canonical path's grammar (urls.md, "Canonical path"). */
export const outputFormats = ["avif", "webp", "jpeg", "png", "gif", "json"] as const;

export type OutputFormat = (typeof outputFormats)[number];

export const contentTypes: Readonly<Record<OutputFormat, string>> = {
  avif: "image/avif",
  webp: "image/webp",
  jpeg: "image/jpeg",
  png: "image/png",
  gif: "image/gif",
  json: "application/json",
};

export interface Variant {
  /** The source key, decoded. */
  readonly source: string;
  /** The version of the source that the signer named, if any. */
  readonly version?: string;
  /** The preset's name. */
  readonly preset: string;
  /** 12 hex digits. */
  readonly revision: string;
  /** Only with a preset that declares `widths`; pixels. */
  readonly width?: number;
  /** Only with a preset that declares `dprs`; never 1, which is not written. */
  readonly dpr?: number;
  readonly format: OutputFormat;
}

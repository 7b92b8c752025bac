/** For next/image: signed URLs whose candidates Next chooses. */

import { imgAttributes } from "./client.ts";
import type { ImgOptions } from "./img.ts";
import { type Picture, withSelectors } from "./picture.ts";
import type { SignerPresets } from "./presets.ts";
import { type ImgProps, imgProps } from "./react-props.ts";

/** What next/image hands to a loader. */
export interface LoaderProps {
  /** A signed URL, or one that a grant opens. */
  readonly src: string;
  /** Pixels; the edge takes the next larger one that the preset declares. */
  readonly width: number;
  /** The preset's own matter, and so passed over. */
  readonly quality?: number;
}

/** Props of next/image. */
export interface ImageProps extends Omit<ImgProps, "src" | "srcSet"> {
  readonly src: string;
  /** For presets without `widths`, of which Next would ask for one picture under many URLs. */
  readonly unoptimized: boolean;
}

/**
 * A loader for next/image: the URL of one candidate of a signed URL.
 *
 *     export { loader as default } from "@imgseal/sdk/next"; // image-loader.ts, the loaderFile of next.config
 */
export function loader({ src, width }: LoaderProps): string {
  return withSelectors(src, { w: width });
}

/**
 * The props of next/image for a picture, with the preset's width and height.
 *
 *     <Image {...imageProps(presets, signedUrl, { alt: "A cat", sizes: "100vw" })} />
 *
 * @throws TypeError when `alt`, a needed `sizes` or a needed `sourceSize` is missing, or the preset is unknown
 */
export function imageProps<const Table extends SignerPresets>(
  presets: Table,
  picture: Picture<Table["presets"]>,
  options: ImgOptions,
): ImageProps {
  const { srcset, src, ...others } = imgAttributes(presets, picture, options);
  // `sizes` is there exactly where widths are.
  return { ...imgProps(others), src, unoptimized: others.sizes === undefined };
}

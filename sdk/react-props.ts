/** The attributes of an `<img>` under React's names. */

import type { ComponentProps } from "react";
import type { AwaitedAttributes, AwaitedPicture } from "./awaited-picture.ts";
import type { ImgOptions } from "./img.ts";
import type { SignerPresets } from "./presets.ts";

/** Props of an `<img>`, in the order of `ImgAttributes`. */
export interface ImgProps extends Omit<AwaitedAttributes, "fetchpriority" | "crossorigin" | "srcset"> {
  readonly fetchPriority?: "high";
  readonly crossOrigin?: "anonymous" | "use-credentials";
  readonly srcSet?: string;
}

/** What is no attribute but describes the picture; every other prop of an `<img>` may stand beside. */
export interface SealImgProps<Table extends SignerPresets>
  extends ImgOptions,
    Omit<ComponentProps<"img">, keyof ImgOptions | Exclude<keyof ImgProps, "style">> {
  /** The const that `imgseal types` writes. */
  readonly presets: Table;
  readonly picture: AwaitedPicture<Table["presets"]>;
}

/**
 * Attributes as a signer's `img` and `imgAttributes` give them, as props.
 *
 *     <img {...imgProps(await signer.img("card", "photos/cat.jpg", { alt: "A cat" }))} />
 */
export function imgProps(attributes: AwaitedAttributes): ImgProps {
  const { fetchpriority, crossorigin, sizes, srcset, src, ...others } = attributes;
  return {
    ...others,
    ...(fetchpriority !== undefined && { fetchPriority: fetchpriority }),
    ...(crossorigin !== undefined && { crossOrigin: crossorigin }),
    ...(sizes !== undefined && { sizes }),
    ...(srcset !== undefined && { srcSet: srcset }),
    ...(src !== undefined && { src }),
  };
}

/** The props of the `<img>` itself: what a caller said beside the description, and what came of that. */
export function elementProps<Table extends SignerPresets>(
  props: SealImgProps<Table>,
  made: ImgProps,
): ComponentProps<"img"> {
  const { presets, picture, alt, sizes, priority, sourceSize, crossorigin, ...own } = props;
  return { ...own, ...made, ...(made.style && { style: { ...own.style, ...made.style } }) };
}

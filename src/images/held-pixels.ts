/**
 * A picture between its steps and its encoder, for encoding it more than once: a PNG without compression is the bare
 * pixels, and the one such format that also carries the metadata that was kept.
 */

import sharp, { type Sharp } from "sharp";
import { copyrightTags } from "./metadata.ts";
import type { Job } from "./steps.ts";

/**
 * Whether the pixels have to part from their source before the first encode.
 *
 * libvips can take single tags out of an EXIF block, but not the thumbnail, which shows what was cropped. So the few
 * tags of `copyright` are written to pixels that have left all metadata behind.
 */
export function mustHold({ preset, source }: Job): boolean {
  return preset.metadata === "copyright" && copyrightTags(source) !== undefined;
}

export function hold(image: Sharp): Sharp {
  return image.png({ compressionLevel: 0 });
}

/** Opens what `hold` has written: there is nothing left to do to it but to say which metadata it has. */
export function reopen(held: Buffer, { preset, source }: Job): Sharp {
  // Our own pixels: what a source was allowed to have has been asked before.
  const image = sharp(held, { limitInputPixels: false });
  if (preset.metadata === "keep") return image.keepExif().keepXmp();
  const tags = preset.metadata === "copyright" ? copyrightTags(source) : undefined;
  return tags === undefined ? image : image.withExif({ IFD0: tags });
}

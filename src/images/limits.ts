/**
 * The door that every source picture comes through: what is refused, and why, before a pixel is decoded.
 *
 * This is also where libvips is set up, because whoever decodes passes here first.
 */

import sharp, { type Metadata, type Sharp } from "sharp";
import { ImgsealError } from "../errors.ts";
import type { SourceLimits } from "../presets/table.ts";
import { readJpegHeader } from "./jpeg-header.ts";
import { type PictureType, pictureTypes, sniff } from "./picture-type.ts";

// A cache of operations only costs memory here: no source is decoded twice in a row.
sharp.cache(false);
// libaom's output differs with the number of threads, and two racing renders must agree byte for byte. Several
// renders at once use several cores.
sharp.concurrency(1);
// The second wall behind the magic bytes: a loader that is not wanted does not run, whatever a file claims to be.
sharp.block({ operation: ["VipsForeignLoad"] });
sharp.unblock({
  operation: ["Jpeg", "Png", "Webp", "Nsgif", "Heif", "Tiff"].map((name) => `VipsForeignLoad${name}`),
});

/** What is known of an accepted source from its header; sides are those of the upright picture, in pixels. */
export interface SourceFacts {
  readonly width: number;
  readonly height: number;
  /** 16 bits a channel with a colour profile; sharp needs to be told how to get from there to sRGB. */
  readonly isDeepColour: boolean;
  /** EXIF as a TIFF structure, with or without the `Exif\0\0` of JPEG before it. */
  readonly exif?: Uint8Array;
  readonly xmp?: string;
}

/**
 * Opens the first frame or page of a source for decoding.
 *
 * failOn: a JPEG or TIFF that breaks off or is damaged half way is only a warning to its decoder, and would be
 * served grey from there on. A broken tail that a crop does not reach stays unread.
 */
export function open(source: Uint8Array, limits: SourceLimits): Sharp {
  return sharp(source, { failOn: "warning", limitInputPixels: limits.sourcePixels, pages: 1 });
}

/**
 * Checks a source against the limits by its length, its magic bytes and its header alone.
 *
 * @returns what is known of it, and it opened: `open` is for those who decode it once more
 * @throws ImgsealError SOURCE_TOO_LARGE, SOURCE_TYPE_REFUSED, SOURCE_UNREADABLE
 */
export async function inspect(
  source: Uint8Array,
  limits: SourceLimits,
): Promise<{ readonly facts: SourceFacts; readonly image: Sharp }> {
  if (source.length > limits.sourceBytes) {
    throw new ImgsealError(
      "SOURCE_TOO_LARGE",
      `the source has ${source.length} bytes, the limit is ${limits.sourceBytes}`,
    );
  }
  if (source.length === 0) throw new ImgsealError("SOURCE_UNREADABLE", "the source is empty");
  const type = sniff(source);
  if (type === undefined) {
    throw new ImgsealError(
      "SOURCE_TYPE_REFUSED",
      `expected a source that begins like ${pictureTypes.join(", ")}, received ${hex(source.subarray(0, 12))}`,
    );
  }

  const image = open(source, limits);
  const { frames, ...facts } =
    (type === "jpeg" && readPlainJpeg(source)) || (await readHeader(image, source, type));
  if (frames > limits.sourceFrames) {
    throw new ImgsealError(
      "SOURCE_TOO_LARGE",
      `the source has ${frames} frames, the limit is ${limits.sourceFrames}`,
    );
  }
  const { width, height } = facts;
  const pixels = width * height;
  if (pixels > limits.sourcePixels) {
    throw new ImgsealError(
      "SOURCE_TOO_LARGE",
      `the source has ${width}x${height} = ${pixels} pixels, the limit is ${limits.sourcePixels}`,
    );
  }
  return { facts, image };
}

/** What the limits are held against, and the facts. */
type Header = SourceFacts & { readonly frames: number };

/** A JPEG holds one picture, and 8 bits a channel. */
function readPlainJpeg(source: Uint8Array): Header | undefined {
  const header = readJpegHeader(source);
  return header && { ...header, frames: 1, isDeepColour: false };
}

async function readHeader(image: Sharp, source: Uint8Array, type: PictureType): Promise<Header> {
  const { autoOrient, pages, hasProfile, space, xmpAsString, ...header } = await readMetadata(image, source);
  // A TIFF is its own EXIF structure, and libvips does not hand one out for it.
  const exif = type === "tiff" ? source : header.exif;
  return {
    ...autoOrient,
    // libvips counts the pages of a TIFF and the frames of an animation alike, and so does the limit.
    frames: pages ?? 1,
    isDeepColour: hasProfile && space === "rgb16",
    ...(exif !== undefined && { exif }),
    ...(xmpAsString !== undefined && { xmp: xmpAsString }),
  };
}

async function readMetadata(image: Sharp, source: Uint8Array): Promise<Metadata> {
  try {
    return await image.metadata();
  } catch {
    // Broken, or over the pixel limit of `open`: without that limit the header tells which, and the figures.
    return readUnlimitedMetadata(source);
  }
}

async function readUnlimitedMetadata(source: Uint8Array): Promise<Metadata> {
  try {
    return await sharp(source, { failOn: "warning", limitInputPixels: false }).metadata();
  } catch (cause) {
    throw new ImgsealError("SOURCE_UNREADABLE", "the header of the source cannot be read", { cause });
  }
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

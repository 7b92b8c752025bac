/** What a file is by its first bytes; its name and its declared type are the uploader's words and count for nothing. */

type Signature = (bytes: Buffer) => boolean;

function startsWith(...heads: readonly string[]): Signature {
  return (bytes) => heads.some((head) => bytes.toString("latin1", 0, head.length) === head);
}

/** Type to signature; no two signatures can match one file. */
const signatures = {
  // ITU-T T.81 B.1.1.3: SOI, then the first byte of any marker.
  jpeg: startsWith("\xff\xd8\xff"),
  // PNG specification (third edition) 5.2
  png: startsWith("\x89PNG\r\n\x1a\n"),
  // RFC 9649 2.4: the RIFF header, whose length field lies between the two words
  webp: (bytes) => startsWith("RIFF")(bytes) && bytes.toString("latin1", 8, 12) === "WEBP",
  // GIF89a specification 17
  gif: startsWith("GIF87a", "GIF89a"),
  avif: (bytes) => brands(bytes).some((brand) => brand === "avif" || brand === "avis"),
  // TIFF 6.0 section 2, either byte order; 43 instead of 42 is BigTIFF.
  tiff: startsWith("II*\0", "MM\0*", "II+\0", "MM\0+"),
} as const satisfies Record<string, Signature>;

/** The pictures that are accepted as sources; every image format that is put out is among them. */
export type PictureType = keyof typeof signatures;

export const pictureTypes: readonly PictureType[] = ["jpeg", "png", "webp", "gif", "avif", "tiff"];

/** The type of a picture by its magic bytes, `undefined` when it is none of `pictureTypes`. */
export function sniff(source: Uint8Array): PictureType | undefined {
  const bytes = Buffer.from(source.buffer, source.byteOffset, source.byteLength);
  return pictureTypes.find((type) => signatures[type](bytes));
}

/**
 * The major and the compatible brands of an ISO base media file (ISO/IEC 14496-12 4.3).
 *
 * HEIC has the same container as AVIF, and some writers of AVIF put a general brand (mif1, msf1) first.
 */
function brands(bytes: Buffer): readonly string[] {
  if (bytes.length < 16 || bytes.toString("latin1", 4, 8) !== "ftyp") return [];
  const end = Math.min(bytes.readUInt32BE(0), bytes.length, maxFileTypeBoxBytes);
  const found = [bytes.toString("latin1", 8, 12)];
  for (let at = 16; at + 4 <= end; at += 4) found.push(bytes.toString("latin1", at, at + 4));
  return found;
}

// Real files have 24 to 48 bytes here; a hostile one must not make us read it whole.
const maxFileTypeBoxBytes = 256;

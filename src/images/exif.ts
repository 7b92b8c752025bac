/**
 * Reads the two EXIF tags that a picture may keep when it loses everything else (Exif 2.32 section 4.6.4; the
 * structure is TIFF 6.0 section 2).
 */

const wantedTags: Readonly<Record<number, "Copyright" | "Artist">> = { 33432: "Copyright", 315: "Artist" };

/** Each name is that of libvips; absent when the source does not say. */
export type CopyrightTags = Readonly<Partial<Record<"Copyright" | "Artist", string>>>;

const entryBytes = 12;
const asciiType = 2;
/** Longer than any honest notice; what is longer is cut. */
const maxTextBytes = 1000;

/**
 * The copyright and artist of an EXIF block or a TIFF file, as text.
 *
 * What cannot be read is left out: a picture is not refused over its metadata.
 */
export function readCopyright(exif: Uint8Array): CopyrightTags {
  const whole = Buffer.from(exif.buffer, exif.byteOffset, exif.byteLength);
  const tiff = whole.toString("latin1", 0, 6) === "Exif\0\0" ? whole.subarray(6) : whole;
  const order = byteOrders[tiff.toString("latin1", 0, 4)];
  if (order === undefined || tiff.length < 8) return {};

  const tags: Partial<Record<"Copyright" | "Artist", string>> = {};
  const directory = order.uint32(tiff, 4);
  // Every offset is the uploader's, so each is held against the length before it is followed.
  const count = directory + 2 <= tiff.length ? order.uint16(tiff, directory) : 0;
  for (let index = 0; index < count; index++) {
    const entry = directory + 2 + index * entryBytes;
    if (entry + entryBytes > tiff.length) break;
    const name = wantedTags[order.uint16(tiff, entry)];
    if (name === undefined || order.uint16(tiff, entry + 2) !== asciiType) continue;
    const length = order.uint32(tiff, entry + 4);
    // A value of up to four bytes lies in the entry itself.
    const start = length <= 4 ? entry + 8 : order.uint32(tiff, entry + 8);
    if (start + length > tiff.length) continue;
    const text = readText(tiff.subarray(start, start + Math.min(length, maxTextBytes)));
    if (text !== "") tags[name] = text;
  }
  return tags;
}

/** Copyright holds the photographer's and the editor's notice with a NUL between them. */
function readText(bytes: Buffer): string {
  return decode(bytes)
    .split("\0")
    .map((part) => part.trim())
    .filter((part) => part !== "")
    .join("; ");
}

/** The tag is ASCII by the book and UTF-8 or Latin-1 in the wild. */
function decode(bytes: Buffer): string {
  const text = bytes.toString("utf8");
  return text.includes("\ufffd") ? bytes.toString("latin1") : text;
}

interface ByteOrder {
  readonly uint16: (bytes: Buffer, at: number) => number;
  readonly uint32: (bytes: Buffer, at: number) => number;
}

const byteOrders: Readonly<Record<string, ByteOrder>> = {
  "II*\0": { uint16: (bytes, at) => bytes.readUInt16LE(at), uint32: (bytes, at) => bytes.readUInt32LE(at) },
  "MM\0*": { uint16: (bytes, at) => bytes.readUInt16BE(at), uint32: (bytes, at) => bytes.readUInt32BE(at) },
};

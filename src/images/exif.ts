/**
 * Reads how a picture lies, and the two EXIF tags that it may keep when it loses everything else (Exif 2.32 section
 * 4.6.4; the structure is TIFF 6.0 section 2).
 */

const wantedTags: Readonly<Record<number, "Copyright" | "Artist">> = { 33432: "Copyright", 315: "Artist" };

/** Each name is that of libvips; absent when the source does not say. */
export type CopyrightTags = Readonly<Partial<Record<"Copyright" | "Artist", string>>>;

const entryBytes = 12;
const asciiType = 2;
const orientationTag = 274;
const shortType = 3;
/** Longer than any honest notice; what is longer is cut. */
const maxTextBytes = 1000;

/**
 * The copyright and artist of an EXIF block or a TIFF file, as text.
 *
 * What cannot be read is left out: a picture is not refused over its metadata.
 */
export function readCopyright(exif: Uint8Array): CopyrightTags {
  const block = openBlock(exif);
  if (block === undefined) return {};
  const { tiff, order, entries } = block;
  const tags: Partial<Record<"Copyright" | "Artist", string>> = {};
  for (const { tag, type, length, at } of entries) {
    const name = wantedTags[tag];
    if (name === undefined || type !== asciiType) continue;
    // A value of up to four bytes lies in the entry itself.
    const start = length <= 4 ? at + 8 : order.uint32(tiff, at + 8);
    if (start + length > tiff.length) continue;
    const text = readText(tiff.subarray(start, start + Math.min(length, maxTextBytes)));
    if (text !== "") tags[name] = text;
  }
  return tags;
}

/**
 * The orientation of an EXIF block, 1 to 8, and 1 when it says none; `undefined` when readers might disagree about it.
 */
export function readOrientation(exif: Uint8Array): number | undefined {
  const block = openBlock(exif);
  if (block === undefined || !block.isWhole) return undefined;
  const [found, second] = block.entries.filter(({ tag }) => tag === orientationTag);
  if (found === undefined) return 1;
  const value = block.order.uint16(block.tiff, found.at + 8);
  const isPlain = found.type === shortType && found.length === 1 && value >= 1 && value <= 8;
  return isPlain && second === undefined ? value : undefined;
}

interface Block {
  readonly tiff: Buffer;
  readonly order: ByteOrder;
  /** Of the first directory. */
  readonly entries: readonly Entry[];
  /** Whether the directory lies within the block. */
  readonly isWhole: boolean;
}

interface Entry {
  readonly tag: number;
  readonly type: number;
  /** How many values, of the type's own size. */
  readonly length: number;
  /** Where the entry begins. */
  readonly at: number;
}

function openBlock(exif: Uint8Array): Block | undefined {
  const whole = Buffer.from(exif.buffer, exif.byteOffset, exif.byteLength);
  const tiff = whole.toString("latin1", 0, 6) === "Exif\0\0" ? whole.subarray(6) : whole;
  const order = byteOrders[tiff.toString("latin1", 0, 4)];
  if (order === undefined || tiff.length < 8) return undefined;

  const directory = order.uint32(tiff, 4);
  // Every offset is the uploader's, so each is held against the length before it is followed.
  const first = directory + 2;
  const declared = first <= tiff.length ? order.uint16(tiff, directory) : 0;
  const present = Math.min(declared, Math.floor(Math.max(0, tiff.length - first) / entryBytes));
  const entries = Array.from({ length: present }, (_, index) => {
    const at = first + index * entryBytes;
    return {
      tag: order.uint16(tiff, at),
      type: order.uint16(tiff, at + 2),
      length: order.uint32(tiff, at + 4),
      at,
    };
  });
  return { tiff, order, entries, isWhole: first <= tiff.length && present === declared };
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

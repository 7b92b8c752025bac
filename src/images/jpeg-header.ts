/** What the header of a plain JPEG says, read on the spot (ITU-T T.81 annex B; Exif 2.32 section 4.5). */

import { isUtf8 } from "node:buffer";
import { readOrientation } from "./exif.ts";

export interface JpegHeader {
  /** Of the upright picture, in pixels. */
  readonly width: number;
  readonly height: number;
  /** With `Exif\0\0` before it. */
  readonly exif?: Buffer;
  readonly xmp?: string;
}

/**
 * The header of a JPEG that leaves no doubt, else `undefined`: then libvips has to be asked.
 *
 * Asking libvips costs a pipeline and two changes of threads, 0.3 ms of a thumbnail's 13, for a header that its decoder
 * reads once more. What could be read in two ways is not read here: a second EXIF block, a tag of an odd type, a frame of
 * a kind that few decoders know.
 */
export function readJpegHeader(source: Uint8Array): JpegHeader | undefined {
  const bytes = Buffer.from(source.buffer, source.byteOffset, source.byteLength);
  const found: Found = {};
  // After SOI. A marker, then a length that counts its own two bytes.
  for (let at = 2; at + 4 <= bytes.length && bytes[at] === 0xff; ) {
    const marker = bytes[at + 1] ?? 0;
    if (marker === startOfScan) return headerOf(found);
    const end = at + 2 + bytes.readUInt16BE(at + 2);
    const read = readers.get(marker);
    if (end < at + 4 || end > bytes.length || read === undefined) return undefined;
    if (!read(bytes.subarray(at + 4, end), found)) return undefined;
    at = end;
  }
  return undefined;
}

interface Found {
  size?: { readonly width: number; readonly height: number };
  exif?: Buffer;
  xmp?: string;
}

/** Takes what it wants of a segment; `false` when it leaves a doubt. */
type SegmentReader = (segment: Buffer, found: Found) => boolean;

const readFrame: SegmentReader = (segment, found) => {
  if (found.size !== undefined || segment.length < 6) return false;
  const [precision, height, width] = [segment[0], segment.readUInt16BE(1), segment.readUInt16BE(3)];
  found.size = { width, height };
  // A height of 0 comes after the first scan (DNL), which hardly any decoder supports.
  return precision === 8 && width > 0 && height > 0;
};

const exifPrefix = "Exif\0\0";
const xmpPrefix = "http://ns.adobe.com/xap/1.0/\0";

const readApp1: SegmentReader = (segment, found) => {
  if (segment.toString("latin1", 0, exifPrefix.length) === exifPrefix && found.exif === undefined) {
    found.exif = segment;
    return true;
  }
  if (segment.toString("latin1", 0, xmpPrefix.length) !== xmpPrefix || found.xmp !== undefined) return false;
  const packet = segment.subarray(xmpPrefix.length);
  found.xmp = packet.toString("utf8");
  // libvips passes over a packet of one byte or none.
  return packet.length > 1 && isUtf8(packet) && !packet.includes(0);
};

const pass: SegmentReader = () => true;

const startOfScan = 0xda;
const startOfFrame = [0xc0, 0xc1, 0xc2];
const app1 = 0xe1;
// Tables, restart interval, comment, and what programs add for themselves: JFIF, colour profile, Adobe's note.
const passed = [0xdb, 0xc4, 0xdd, 0xfe, 0xe0, ...Array.from({ length: 14 }, (_, index) => 0xe2 + index)];

const readers: ReadonlyMap<number, SegmentReader> = new Map([
  ...startOfFrame.map((marker) => [marker, readFrame] as const),
  ...passed.map((marker) => [marker, pass] as const),
  [app1, readApp1],
]);

function headerOf({ size, exif, xmp }: Found): JpegHeader | undefined {
  const orientation = exif === undefined ? 1 : readOrientation(exif);
  if (size === undefined || orientation === undefined) return undefined;
  const { width, height } = size;
  return {
    // 5 to 8 lie on their side.
    ...(orientation < 5 ? size : { width: height, height: width }),
    ...(exif !== undefined && { exif }),
    ...(xmp !== undefined && { xmp }),
  };
}

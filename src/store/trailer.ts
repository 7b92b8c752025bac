/**
 * What follows the picture in a derivative's file, and says what the picture is.
 *
 * A line of JSON, then a line of fixed width: its SHA-256, its length and a magic word. Decoders stop where the picture
 * ends, so the file still opens as one.
 */

import { sha256Hex } from "./sha256.ts";
import type { ObjectInfo } from "./store.ts";

export interface Trailer {
  /** The whole key: its source key is everything before the last `/`. */
  readonly key: string;
  readonly contentType: string;
  /** Of the picture alone. */
  readonly bytes: number;
  /** Of the picture alone, 64 hex digits. */
  readonly sha256: string;
  readonly writtenAt: Date;
  readonly metadata: Readonly<Record<string, string>>;
}

/** Far above what a key, a type and S3's 2 kB of metadata come to. */
export const maxTrailerBytes = 8192;

const lengthDigits = 8;
const sealPattern = /^([0-9a-f]{64}) (\d{8}) imgseal1\n$/;
const sealBytes = sealOf("").length;

export function formatTrailer(trailer: Trailer): Buffer {
  const json = `\n${JSON.stringify(trailer)}\n`;
  return Buffer.from(json + sealOf(json));
}

/**
 * The inverse of `formatTrailer`.
 *
 * @param end the last bytes of a file, `maxTrailerBytes` at least if it has so many
 * @returns `undefined` when they do not end in a trailer, or not in one of a file of that length
 */
export function parseTrailer(end: Buffer, fileBytes: number): Trailer | undefined {
  const sealStart = end.length - sealBytes;
  const [, sha256, length] = sealPattern.exec(end.toString("latin1", Math.max(sealStart, 0))) ?? [];
  if (length === undefined || Number(length) > sealStart) return undefined;
  const json = end.subarray(sealStart - Number(length), sealStart);
  if (sha256Hex(json) !== sha256) return undefined;
  const trailer = parseJson(json.toString());
  return trailer?.bytes === fileBytes - json.length - sealBytes ? trailer : undefined;
}

export function infoOf({ bytes, contentType, sha256, writtenAt, metadata }: Trailer): ObjectInfo {
  return { bytes, contentType, etag: etagOf(sha256), lastModified: writtenAt, metadata };
}

/** As long as S3's own, which is an MD5. */
export function etagOf(sha256: string): string {
  return `"${sha256.slice(0, 32)}"`;
}

function sealOf(json: string): string {
  const length = String(Buffer.byteLength(json)).padStart(lengthDigits, "0");
  return `${sha256Hex(json)} ${length} imgseal1\n`;
}

function parseJson(text: string): Trailer | undefined {
  const value = jsonOf(text);
  if (!isObject(value)) return undefined;
  const { key, contentType, bytes, sha256, metadata } = value;
  if (typeof key !== "string" || typeof contentType !== "string") return undefined;
  if (typeof bytes !== "number" || !Number.isSafeInteger(bytes) || bytes < 0) return undefined;
  if (typeof sha256 !== "string" || !/^[0-9a-f]{64}$/.test(sha256)) return undefined;
  const writtenAt = new Date(typeof value.writtenAt === "string" ? value.writtenAt : Number.NaN);
  if (Number.isNaN(writtenAt.getTime()) || !isTextRecord(metadata)) return undefined;
  return { key, contentType, bytes, sha256, writtenAt, metadata };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isTextRecord(value: unknown): value is Record<string, string> {
  return isObject(value) && Object.values(value).every((text) => typeof text === "string");
}

/** What is kept beside a derivative in `{name}.meta`, and how it is written and read. */

import type { ObjectInfo } from "./store.ts";

export interface Sidecar {
  /** The whole key: its source key is everything before the last `/`. */
  readonly key: string;
  readonly contentType: string;
  readonly bytes: number;
  /** 64 hex digits. */
  readonly sha256: string;
  readonly writtenAt: Date;
  readonly metadata: Readonly<Record<string, string>>;
}

export function formatSidecar(sidecar: Sidecar): string {
  return `${JSON.stringify(sidecar, undefined, 1)}\n`;
}

/** The inverse of `formatSidecar`; `undefined` for anything that it did not write. */
export function parseSidecar(text: string): Sidecar | undefined {
  const value = parseJson(text);
  if (!isObject(value)) return undefined;
  const { key, contentType, bytes, sha256, metadata } = value;
  if (typeof key !== "string" || typeof contentType !== "string") return undefined;
  if (typeof bytes !== "number" || !Number.isSafeInteger(bytes) || bytes < 0) return undefined;
  if (typeof sha256 !== "string" || !/^[0-9a-f]{64}$/.test(sha256)) return undefined;
  const writtenAt = new Date(typeof value.writtenAt === "string" ? value.writtenAt : Number.NaN);
  if (Number.isNaN(writtenAt.getTime()) || !isTextRecord(metadata)) return undefined;
  return { key, contentType, bytes, sha256, writtenAt, metadata };
}

export function infoOf({ bytes, contentType, sha256, writtenAt, metadata }: Sidecar): ObjectInfo {
  return { bytes, contentType, etag: etagOf(sha256), lastModified: writtenAt, metadata };
}

/** As long as S3's own, which is an MD5. */
export function etagOf(sha256: string): string {
  return `"${sha256.slice(0, 32)}"`;
}

function parseJson(text: string): unknown {
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

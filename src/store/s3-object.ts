/** An object in S3's terms: its metadata both ways, and its body. */

import type { Readable } from "node:stream";
import { decodeMetadataValue, encodeMetadataValue } from "./metadata-header.ts";
import { sha256Hex } from "./sha256.ts";
import type { ObjectInfo } from "./store.ts";

// S3 answers with the checksums that it was given; a compatible server may not, and keeps metadata all the same.
const checksumName = "imgseal-sha256";

/** The metadata to store, our checksum with it. */
export function metadataFor(metadata: Readonly<Record<string, string>>, sha256: string) {
  return { ...mapValues(metadata, encodeMetadataValue), [checksumName]: sha256 };
}

/** What the answers to GetObject and HeadObject have in common. */
interface Answer {
  readonly ContentLength?: number | undefined;
  readonly ContentType?: string | undefined;
  readonly ETag?: string | undefined;
  readonly LastModified?: Date | undefined;
  readonly Metadata?: Record<string, string> | undefined;
}

export function infoOf(answer: Answer): ObjectInfo {
  const { [checksumName]: _, ...metadata } = answer.Metadata ?? {};
  return {
    bytes: required(answer.ContentLength, "Content-Length"),
    contentType: answer.ContentType ?? "application/octet-stream",
    etag: required(answer.ETag, "ETag"),
    lastModified: required(answer.LastModified, "Last-Modified"),
    metadata: mapValues(metadata, decodeMetadataValue),
  };
}

/** Exactly the bytes that were announced: half a body is a failure. */
export async function collect(stream: Readable, bytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  const body = Buffer.concat(chunks);
  if (body.length !== bytes) throw new Error(`${bytes} bytes were announced, ${body.length} came`);
  return body;
}

/** What every answer of S3 has, and one of a server that only resembles it may not have. */
export function required<T>(value: T | undefined, name: string): T {
  if (value === undefined) throw new Error(`the answer has no ${name}`);
  return value;
}

/** Holds a body against the checksum that was stored with it. */
export function verify(body: Buffer, { Metadata }: Answer): void {
  const sha256 = Metadata?.[checksumName];
  if (sha256 !== undefined && sha256 !== sha256Hex(body)) throw new Error("the checksum differs");
}

function mapValues(record: Readonly<Record<string, string>>, change: (value: string) => string) {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value)]));
}

/** The operations of S3 that go beyond what CloudFront asks of an origin: write, delete, list. */

import { decodeMetadataValue } from "../store/metadata-header.ts";
import { sha256Hex } from "../store/sha256.ts";
import type { ListedObject, SourceStore, Store } from "../store/store.ts";
import type { OriginRequest, OriginResponse } from "./origin.ts";
import { escapeXml, requestIds, s3Error } from "./s3-error.ts";

const metadataPrefix = "x-amz-meta-";
const maxListedKeys = 1000;
// "Working with object metadata": the names and the values of the user's own, in UTF-8.
const maxMetadataBytes = 2 * 1_024;

/** PutObject, with `If-None-Match: *` only: our stores never write over anything. */
export async function putObject(
  request: OriginRequest,
  store: Store,
  key: string,
  body: Buffer,
): Promise<OriginResponse> {
  const { headers } = request;
  const isChunked = headers["x-amz-content-sha256"]?.startsWith("STREAMING-") ?? false;
  if (isChunked || headers["if-none-match"] !== "*") {
    const Message = isChunked
      ? "aws-chunked bodies are not implemented"
      : "only If-None-Match: * is implemented";
    return s3Error("NotImplemented", request, { Message });
  }
  const checksum = headers["x-amz-checksum-sha256"];
  if (checksum !== undefined && checksum !== checksumOf(body)) return s3Error("BadDigest", request);
  const metadata: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (name.startsWith(metadataPrefix))
      metadata[name.slice(metadataPrefix.length)] = decodeMetadataValue(value);
  }
  const metadataBytes = Object.entries(headers)
    .filter(([name]) => name.startsWith(metadataPrefix))
    .reduce((sum, [name, value]) => sum + Buffer.byteLength(name.slice(metadataPrefix.length) + value), 0);
  if (metadataBytes > maxMetadataBytes) {
    const detail = { Size: String(metadataBytes), MaxSizeAllowed: String(maxMetadataBytes) };
    return s3Error("MetadataTooLarge", request, detail);
  }
  const contentType = headers["content-type"] ?? "binary/octet-stream";
  const etag = await store.writeIfAbsent(key, body, { contentType, metadata });
  if (etag === undefined) return s3Error("PreconditionFailed", request, { Condition: "If-None-Match" });
  return { status: 200, headers: { ...requestIds(), etag, "content-length": "0" } };
}

/** As S3 writes checksums in headers: base64. */
export function checksumOf(body: Buffer): string {
  return Buffer.from(sha256Hex(body), "hex").toString("base64");
}

export async function deleteObject(store: Store, key: string): Promise<OriginResponse> {
  await store.remove(key);
  return { status: 204, headers: requestIds() };
}

/** DeleteObjects: XML in, and out only what failed, which here is everything or nothing. */
export async function deleteObjects(
  request: OriginRequest,
  store: Store,
  body: Buffer,
): Promise<OriginResponse> {
  const keys = [...body.toString().matchAll(/<Object>\s*<Key>([^<]*)<\/Key>/g)].map(([, text = ""]) =>
    unescapeXml(text),
  );
  if (keys.length === 0 || keys.length > maxListedKeys) return s3Error("MalformedXML", request);
  for (const key of keys) await store.remove(key);
  return xmlAnswer("DeleteResult", "");
}

/** ListObjectsV2, sorted by the bytes of the key and 1,000 at a time as on S3; without delimiters. */
export async function listObjects(
  request: OriginRequest,
  store: SourceStore,
  query: URLSearchParams,
): Promise<OriginResponse> {
  if (query.get("list-type") !== "2" || query.has("delimiter")) return s3Error("NotImplemented", request);
  const maxKeys = Number(query.get("max-keys") ?? maxListedKeys);
  if (!(maxKeys >= 1)) return s3Error("InvalidArgument", request);
  const after = Buffer.from(query.get("continuation-token") ?? "", "base64url");
  const found: (ListedObject & { readonly bytesOfKey: Buffer })[] = [];
  for await (const object of store.list(query.get("prefix") ?? "")) {
    const bytesOfKey = Buffer.from(object.key);
    if (bytesOfKey.compare(after) > 0) found.push({ ...object, bytesOfKey });
  }
  found.sort((a, b) => a.bytesOfKey.compare(b.bytesOfKey));
  const page = found.slice(0, Math.min(maxKeys, maxListedKeys));
  const isTruncated = page.length < found.length;
  const isUrlEncoded = query.get("encoding-type") === "url";
  const spell = (key: string) => (isUrlEncoded ? formEncode(key) : escapeXml(key));
  const contents = page.map(
    ({ key, bytes, lastModified }) =>
      `<Contents><Key>${spell(key)}</Key><LastModified>${lastModified.toISOString()}</LastModified>` +
      `<Size>${bytes}</Size><StorageClass>STANDARD</StorageClass></Contents>`,
  );
  const last = page.at(-1)?.bytesOfKey.toString("base64url");
  return xmlAnswer(
    "ListBucketResult",
    `<KeyCount>${page.length}</KeyCount><IsTruncated>${isTruncated}</IsTruncated>` +
      (isUrlEncoded ? "<EncodingType>url</EncodingType>" : "") +
      (isTruncated ? `<NextContinuationToken>${last}</NextContinuationToken>` : "") +
      contents.join(""),
  );
}

function xmlAnswer(root: string, inner: string): OriginResponse {
  const text = `<?xml version="1.0" encoding="UTF-8"?>\n<${root} xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${inner}</${root}>`;
  const body = Buffer.from(text);
  const headers = {
    ...requestIds(),
    "content-type": "application/xml",
    "content-length": String(body.length),
  };
  return { status: 200, headers, body };
}

/** S3's `encoding-type=url`: a space is `+`, and a slash stays. */
function formEncode(key: string): string {
  return encodeURIComponent(key).replaceAll("%20", "+").replaceAll("%2F", "/");
}

const entities: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

function unescapeXml(text: string): string {
  return text.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (whole, hex, decimal, name) => {
    if (name !== undefined) return entities[name] ?? whole;
    return String.fromCodePoint(hex === undefined ? Number(decimal) : Number.parseInt(hex, 16));
  });
}

/** An S3 bucket, or one of an S3-compatible server, as a store. The one home of the AWS SDK. */

import { Readable } from "node:stream";
import {
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { refuseLarger } from "./failure.ts";
import { decodeMetadataValue, encodeMetadataValue } from "./metadata-header.ts";
import { isMissing, isTaken, s3Failure } from "./s3-failure.ts";
import { sha256Hex } from "./sha256.ts";
import type { ListedObject, ObjectInfo, ReadOptions, Store, WriteOptions } from "./store.ts";

export interface S3Timeouts {
  readonly connectMs: number;
  /** One attempt, until the answer's headers; an upload gets a second more for each megabyte. */
  readonly requestMs: number;
  /** One call of the store, with all its attempts and the body; each page of a listing anew. */
  readonly operationMs: number;
}

export interface S3StoreOptions {
  readonly bucket: string;
  readonly region: string;
  /** Of an S3-compatible server; S3's own by default. */
  readonly endpoint?: string;
  /** `{endpoint}/{bucket}/{key}` instead of `{bucket}.{endpoint}/{key}`. */
  readonly forcePathStyle?: boolean;
  /** The SDK's default chain (environment, role, profile) when left out. */
  readonly credentials?: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string;
  };
  readonly timeouts?: Partial<S3Timeouts>;
}

// A function has 30 s (cloudfront.md, "Quotas") for reading the source, rendering and writing back.
const defaultTimeouts: S3Timeouts = { connectMs: 1_000, requestMs: 3_000, operationMs: 10_000 };

// The SDK's clock for an attempt runs while the body is sent, which from a far Region is most of the time.
const slowestUploadBytesPerMs = 1_000;

// S3 answers with the checksums that it was given; a compatible server may not, and keeps metadata all the same.
const checksumName = "imgseal-sha256";

// DeleteObjects takes no more at once.
const maxDeletedKeys = 1000;

/** Opens a bucket; nothing is asked of it yet. */
export function openS3Store(options: S3StoreOptions): Store {
  const { bucket: Bucket } = options;
  const timeouts = { ...defaultTimeouts, ...options.timeouts };
  const client = openClient(options, timeouts);

  /** Runs one operation within its deadline, and gives its failures our words. */
  async function call<T>(
    action: string,
    key: string,
    signal: AbortSignal | undefined,
    operation: (http: { abortSignal: AbortSignal }) => Promise<T>,
  ): Promise<T> {
    const deadline = AbortSignal.timeout(timeouts.operationMs);
    const abortSignal = signal ? AbortSignal.any([deadline, signal]) : deadline;
    try {
      return await operation({ abortSignal });
    } catch (cause) {
      // An aborted body says no more than "aborted"; the signal knows by whom.
      throw s3Failure(`${action} s3://${Bucket}/${key}`, abortSignal.aborted ? abortSignal.reason : cause);
    }
  }

  function head(key: string, { signal }: { readonly signal?: AbortSignal } = {}) {
    return call("HeadObject", key, signal, async (http) => {
      const answer = await client
        .send(new HeadObjectCommand({ Bucket, Key: key }), http)
        .catch(unlessMissing);
      return answer && infoOf(answer);
    });
  }

  function read(key: string, { maxBytes, signal }: ReadOptions = {}) {
    return call("GetObject", key, signal, async (http) => {
      const command = new GetObjectCommand({ Bucket, Key: key, ChecksumMode: "ENABLED" });
      const answer = await client.send(command, http).catch(unlessMissing);
      if (answer === undefined) return undefined;
      if (!(answer.Body instanceof Readable)) throw new Error("the answer has no body");
      try {
        const info = infoOf(answer);
        refuseLarger(key, info.bytes, maxBytes);
        const body = await collect(answer.Body, info.bytes);
        const sha256 = answer.Metadata?.[checksumName];
        if (sha256 !== undefined && sha256 !== sha256Hex(body)) throw new Error("the checksum differs");
        return { ...info, body };
      } finally {
        // An unread body would keep its connection for ever.
        answer.Body.destroy();
      }
    });
  }

  function writeIfAbsent(key: string, body: Uint8Array, { contentType, metadata, signal }: WriteOptions) {
    return call("PutObject", key, signal, async (http) => {
      const sha256 = sha256Hex(body);
      const command = new PutObjectCommand({
        Bucket,
        Key: key,
        Body: body,
        ContentType: contentType,
        Metadata: { ...mapValues(metadata ?? {}, encodeMetadataValue), [checksumName]: sha256 },
        // With a checksum of ours the SDK adds none, and sends the body as it is: no aws-chunked trailer, which
        // compatible servers cannot read.
        ChecksumSHA256: Buffer.from(sha256, "hex").toString("base64"),
        IfNoneMatch: "*",
      });
      try {
        const requestTimeout = timeouts.requestMs + Math.ceil(body.length / slowestUploadBytesPerMs);
        return required((await client.send(command, { ...http, requestTimeout })).ETag, "ETag");
      } catch (cause) {
        // An attempt that timed out may have been stored after all, and the next one then meets its own object.
        if (isTaken(cause)) return undefined;
        throw cause;
      }
    });
  }

  async function* list(prefix: string): AsyncIterable<ListedObject> {
    let token: string | undefined;
    do {
      // Percent-encoded, because XML 1.0 cannot spell every character that a key may hold.
      const query = { Bucket, Prefix: prefix, EncodingType: "url", ContinuationToken: token } as const;
      const page = await call("ListObjectsV2", prefix, undefined, (http) =>
        client.send(new ListObjectsV2Command(query), http),
      );
      const decode = page.EncodingType === "url" ? decodeListed : (key: string) => key;
      for (const { Key, Size, LastModified } of page.Contents ?? []) {
        yield {
          key: decode(required(Key, "Key")),
          bytes: required(Size, "Size"),
          lastModified: required(LastModified, "LastModified"),
        };
      }
      token = page.NextContinuationToken;
    } while (token !== undefined);
  }

  async function removeKeys(prefix: string, keys: readonly string[]): Promise<void> {
    if (keys.length === 0) return;
    await call("DeleteObjects", prefix, undefined, async (http) => {
      const Delete = { Objects: keys.map((Key) => ({ Key })), Quiet: true };
      const { Errors = [] } = await client.send(new DeleteObjectsCommand({ Bucket, Delete }), http);
      const [first] = Errors;
      if (first)
        throw new Error(`${first.Code} for "${first.Key}", ${Errors.length} of ${keys.length} failed`);
    });
  }

  return {
    head,
    read,
    writeIfAbsent,
    list,
    async remove(key) {
      await call("DeleteObject", key, undefined, (http) =>
        client.send(new DeleteObjectCommand({ Bucket, Key: key }), http),
      );
    },
    async removePrefix(prefix) {
      let removed = 0;
      let keys: string[] = [];
      for await (const { key } of list(prefix)) {
        if (keys.push(key) === maxDeletedKeys) {
          await removeKeys(prefix, keys);
          removed += keys.length;
          keys = [];
        }
      }
      await removeKeys(prefix, keys);
      return removed + keys.length;
    },
  };
}

function openClient({ region, endpoint, forcePathStyle, credentials }: S3StoreOptions, timeouts: S3Timeouts) {
  return new S3Client({
    region,
    ...(endpoint !== undefined && { endpoint }),
    ...(forcePathStyle !== undefined && { forcePathStyle }),
    ...(credentials !== undefined && { credentials }),
    maxAttempts: 3,
    retryMode: "standard",
    // Fixed here, since the environment or a profile could set them otherwise.
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_SUPPORTED",
    // A rendition is small: waiting for "100 Continue" costs more than sending it in vain.
    expectContinueHeader: false,
    requestHandler: {
      connectionTimeout: timeouts.connectMs,
      requestTimeout: timeouts.requestMs,
      throwOnRequestTimeout: true,
    },
  });
}

interface Answer {
  readonly ContentLength?: number | undefined;
  readonly ContentType?: string | undefined;
  readonly ETag?: string | undefined;
  readonly LastModified?: Date | undefined;
  readonly Metadata?: Record<string, string> | undefined;
}

function infoOf(answer: Answer): ObjectInfo {
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
async function collect(stream: Readable, bytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  const body = Buffer.concat(chunks);
  if (body.length !== bytes) throw new Error(`${bytes} bytes were announced, ${body.length} came`);
  return body;
}

function required<T>(value: T | undefined, name: string): T {
  if (value === undefined) throw new Error(`the answer has no ${name}`);
  return value;
}

function unlessMissing(cause: unknown): undefined {
  if (!isMissing(cause)) throw cause;
}

/** S3 lists keys in the form encoding, where `+` is a space. */
function decodeListed(key: string): string {
  return decodeURIComponent(key.replaceAll("+", "%20"));
}

function mapValues(record: Readonly<Record<string, string>>, change: (value: string) => string) {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value)]));
}

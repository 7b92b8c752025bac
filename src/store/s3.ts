/** An S3 bucket, or one of an S3-compatible server, as a store. */

import { Readable } from "node:stream";
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import { refuseLarger } from "./failure.ts";
import { openBucket, type S3StoreOptions } from "./s3-bucket.ts";
import { isMissing, isTaken } from "./s3-failure.ts";
import { listObjects, removeObjects } from "./s3-listing.ts";
import { collect, infoOf, metadataFor, required, verify } from "./s3-object.ts";
import { sha256Hex } from "./sha256.ts";
import type { ReadOptions, Store, WriteOptions } from "./store.ts";

export type { S3Timeouts } from "./s3-bucket.ts";

// The SDK's clock for an attempt runs while the body is sent, which from a far Region is most of the time.
const slowestUploadBytesPerMs = 1_000;

/** Opens a bucket; nothing is asked of it yet. */
export function openS3Store(options: S3StoreOptions): Store {
  const bucket = openBucket(options);

  function head(key: string, { signal }: { readonly signal?: AbortSignal } = {}) {
    return bucket.call("HeadObject", key, signal, async (http) => {
      const answer = await bucket.client
        .send(new HeadObjectCommand({ Bucket: bucket.name, Key: key }), http)
        .catch(unlessMissing);
      return answer && infoOf(answer);
    });
  }

  function read(key: string, { maxBytes, signal }: ReadOptions = {}) {
    return bucket.call("GetObject", key, signal, async (http) => {
      const command = new GetObjectCommand({ Bucket: bucket.name, Key: key, ChecksumMode: "ENABLED" });
      const answer = await bucket.client.send(command, http).catch(unlessMissing);
      if (answer === undefined) return undefined;
      if (!(answer.Body instanceof Readable)) throw new Error("the answer has no body");
      try {
        const info = infoOf(answer);
        refuseLarger(key, info.bytes, maxBytes);
        const body = await collect(answer.Body, info.bytes);
        verify(body, answer);
        return { ...info, body };
      } finally {
        // An unread body would keep its connection for ever.
        answer.Body.destroy();
      }
    });
  }

  function writeIfAbsent(key: string, body: Uint8Array, { contentType, metadata, signal }: WriteOptions) {
    return bucket.call("PutObject", key, signal, async (http) => {
      const sha256 = sha256Hex(body);
      const command = new PutObjectCommand({
        Bucket: bucket.name,
        Key: key,
        Body: body,
        ContentType: contentType,
        Metadata: metadataFor(metadata ?? {}, sha256),
        // With a checksum of ours the SDK adds none, and sends the body as it is: no aws-chunked trailer, which
        // compatible servers cannot read.
        ChecksumSHA256: Buffer.from(sha256, "hex").toString("base64"),
        IfNoneMatch: "*",
      });
      try {
        const requestTimeout = bucket.timeouts.requestMs + Math.ceil(body.length / slowestUploadBytesPerMs);
        return required((await bucket.client.send(command, { ...http, requestTimeout })).ETag, "ETag");
      } catch (cause) {
        // An attempt that timed out may have been stored after all, and the next one then meets its own object.
        if (isTaken(cause)) return undefined;
        throw cause;
      }
    });
  }

  return {
    head,
    read,
    writeIfAbsent,
    list: (prefix) => listObjects(bucket, prefix),
    async remove(key) {
      await bucket.call("DeleteObject", key, undefined, (http) =>
        bucket.client.send(new DeleteObjectCommand({ Bucket: bucket.name, Key: key }), http),
      );
    },
    removePrefix: (prefix) => removeObjects(bucket, prefix),
  };
}

function unlessMissing(cause: unknown): undefined {
  if (!isMissing(cause)) throw cause;
}

/** A bucket of a few objects, given as data: what an origin of S3 answers, its errors too. */

import { createHash } from "node:crypto";
import type { ObjectInfo, SourceStore } from "../store/store.ts";
import type { OriginFetch } from "./cloudfront/origin-failure.ts";
import { originFetch } from "./origin.ts";
import { s3Error } from "./s3-error.ts";

/** By key, without a leading slash. */
export type S3Objects = Readonly<
  Record<string, { readonly body: string | Uint8Array; readonly contentType: string }>
>;

/**
 * Answers GET and HEAD as S3 does, with conditions and ranges; errors are XML in chunks.
 *
 * The bucket blocks public access: without an origin access control in the description every answer is 403. A missing key
 * is 404 where the description grants s3:ListBucket, and 403 otherwise.
 */
export function createS3Origin(objects: S3Objects): OriginFetch {
  const lastModified = new Date();
  const infoOf = (key: string): (ObjectInfo & { readonly body: Buffer }) | undefined => {
    const object = Object.hasOwn(objects, key) ? objects[key] : undefined;
    if (object === undefined) return undefined;
    const body = Buffer.from(object.body);
    const etag = `"${createHash("md5").update(body).digest("hex")}"`;
    return { body, bytes: body.length, contentType: object.contentType, etag, lastModified, metadata: {} };
  };
  const store: SourceStore = {
    head: async (key) => infoOf(key),
    read: async (key) => infoOf(key),
    async *list(prefix) {
      for (const key of Object.keys(objects).sort()) {
        if (key.startsWith(prefix)) yield { key, bytes: infoOf(key)?.bytes ?? 0, lastModified };
      }
    },
  };
  return async (request) => {
    const { originAccessControl, listBucket } = request.access;
    const {
      status,
      headers,
      body = Buffer.alloc(0),
    } = originAccessControl
      ? await originFetch(request, store, { listBucket })
      : s3Error("AccessDenied", request);
    return { status, headers, body };
  };
}

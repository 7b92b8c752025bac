/** Many objects of a bucket at once: listing them, and removing them. */

import { DeleteObjectsCommand, ListObjectsV2Command } from "@aws-sdk/client-s3";
import type { S3Bucket } from "./s3-bucket.ts";
import { required } from "./s3-object.ts";
import type { ListedObject } from "./store.ts";

// DeleteObjects takes no more at once.
const maxDeletedKeys = 1000;

/** Every object whose key begins with the prefix. */
export async function* listObjects(bucket: S3Bucket, prefix: string): AsyncIterable<ListedObject> {
  let token: string | undefined;
  do {
    // Percent-encoded, because XML 1.0 cannot spell every character that a key may hold.
    const query = {
      Bucket: bucket.name,
      Prefix: prefix,
      EncodingType: "url",
      ContinuationToken: token,
    } as const;
    const page = await bucket.call("ListObjectsV2", prefix, undefined, (http) =>
      bucket.client.send(new ListObjectsV2Command(query), http),
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

/** Removes every object whose key begins with the prefix, and says how many. */
export async function removeObjects(bucket: S3Bucket, prefix: string): Promise<number> {
  let removed = 0;
  let keys: string[] = [];
  for await (const { key } of listObjects(bucket, prefix)) {
    if (keys.push(key) === maxDeletedKeys) {
      await removeKeys(bucket, prefix, keys);
      removed += keys.length;
      keys = [];
    }
  }
  await removeKeys(bucket, prefix, keys);
  return removed + keys.length;
}

async function removeKeys(bucket: S3Bucket, prefix: string, keys: readonly string[]): Promise<void> {
  if (keys.length === 0) return;
  await bucket.call("DeleteObjects", prefix, undefined, async (http) => {
    const Delete = { Objects: keys.map((Key) => ({ Key })), Quiet: true };
    const { Errors = [] } = await bucket.client.send(
      new DeleteObjectsCommand({ Bucket: bucket.name, Delete }),
      http,
    );
    const [first] = Errors;
    if (first) throw new Error(`${first.Code} for "${first.Key}", ${Errors.length} of ${keys.length} failed`);
  });
}

/** S3 lists keys in the form encoding, where `+` is a space. */
function decodeListed(key: string): string {
  return decodeURIComponent(key.replaceAll("+", "%20"));
}

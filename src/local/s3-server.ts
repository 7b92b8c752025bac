/**
 * An S3-speaking server in front of stores, path-style, for development and tests.
 *
 * It listens on loopback only and verifies no signature: whoever reaches it may read and write.
 */

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { SourceStore, Store } from "../store/store.ts";
import {
  isTooLong,
  keyOf,
  keyTooLong,
  type OriginRequest,
  type OriginResponse,
  originFetch,
} from "./origin.ts";
import { s3Error } from "./s3-error.ts";
import { createUploads, requestOf, type Uploads } from "./s3-incoming.ts";
import { checksumOf, deleteObject, deleteObjects, listObjects, putObject } from "./s3-operations.ts";

export interface S3ServerOptions {
  /** By name; a bucket of sources can only be read and listed. */
  readonly buckets: Readonly<Record<string, SourceStore | Store>>;
  /** Whether readers hold s3:ListBucket; without it a missing key is a 403. */
  readonly listBucket: boolean;
  /** Any free one by default. */
  readonly port?: number;
  /** Sees each request first and may answer it itself (by saying true): the place for faults. */
  readonly intercept?: (request: IncomingMessage, response: ServerResponse) => boolean;
}

export interface S3Server {
  /** For the client's `endpoint`. */
  readonly url: string;
  close(): Promise<void>;
}

/** Starts the server on 127.0.0.1. */
export async function startS3Server(options: S3ServerOptions): Promise<S3Server> {
  const uploads = createUploads();
  const server = createServer((request, response) => {
    if (options.intercept?.(request, response)) return;
    answer(request, uploads, options).then(
      ({ status, headers, body }) => response.writeHead(status, headers).end(body),
      (cause: unknown) => response.destroy(cause instanceof Error ? cause : new Error(String(cause))),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(options.port ?? 0, "127.0.0.1", resolve);
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((cause) => (cause ? reject(cause) : resolve()));
        server.closeAllConnections();
      }),
  };
}

async function answer(
  incoming: IncomingMessage,
  uploads: Uploads,
  options: S3ServerOptions,
): Promise<OriginResponse> {
  const request = requestOf(incoming);
  const { body, isOvertaken } = await uploads.receive(request.path, incoming);
  if (body === undefined) return s3Error("EntityTooLarge", request);
  if (isOvertaken && request.headers["if-none-match"] !== undefined) {
    return s3Error("ConditionalRequestConflict", request, { Condition: "If-None-Match" });
  }
  try {
    const response = await route(request, new URLSearchParams(incoming.url?.split("?")[1]), body, options);
    if (request.method === "DELETE" && response.status === 204) uploads.overtake(request.path);
    return response;
  } catch (cause) {
    // The server is its own operator's: the client may read what went wrong.
    return s3Error("InternalError", request, { Message: String(cause) });
  }
}

async function route(
  request: OriginRequest,
  query: URLSearchParams,
  body: Buffer,
  { buckets, listBucket }: S3ServerOptions,
): Promise<OriginResponse> {
  const [, bucket = "", path = "/"] = /^\/([^/]*)(\/.*)?$/.exec(request.path) ?? [];
  const store = Object.hasOwn(buckets, bucket) ? buckets[bucket] : undefined;
  if (store === undefined) return s3Error("NoSuchBucket", request, { BucketName: bucket });
  const key = keyOf(path);
  const { method } = request;
  if (key === "" && method === "GET") {
    return listBucket ? listObjects(request, store, query) : s3Error("AccessDenied", request);
  }
  if (method === "GET" || method === "HEAD") {
    return withChecksum(request, await originFetch({ ...request, path }, store, { listBucket }));
  }
  if (key === undefined) return s3Error("InvalidURI", request);
  if (isTooLong(key)) return keyTooLong(request, key);
  if (!isWritable(store)) return s3Error("AccessDenied", request);
  if (method === "POST" && key === "" && query.has("delete")) return deleteObjects(request, store, body);
  if (method === "PUT" && key !== "") return putObject(request, store, key, body);
  if (method === "DELETE" && key !== "") return deleteObject(store, key);
  return s3Error("MethodNotAllowed", request);
}

function isWritable(store: SourceStore | Store): store is Store {
  return "writeIfAbsent" in store;
}

/** The checksum that a client asked for, of the very bytes that are sent. */
function withChecksum({ headers }: OriginRequest, response: OriginResponse): OriginResponse {
  const isAsked = headers["x-amz-checksum-mode"]?.toUpperCase() === "ENABLED";
  if (!isAsked || response.status !== 200 || response.body === undefined) return response;
  const checksum = {
    "x-amz-checksum-sha256": checksumOf(response.body),
    "x-amz-checksum-type": "FULL_OBJECT",
  };
  return { ...response, headers: { ...response.headers, ...checksum } };
}

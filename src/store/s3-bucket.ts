/** A bucket and the client that reaches it; every call ends in time, and fails in our words. */

import { S3Client } from "@aws-sdk/client-s3";
import { s3Failure } from "./s3-failure.ts";

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

// A function has 30 s ("Quotas on Lambda@Edge") for reading the source, rendering and writing back.
const defaultTimeouts: S3Timeouts = { connectMs: 1_000, requestMs: 3_000, operationMs: 10_000 };

export interface S3Bucket {
  readonly name: string;
  readonly client: S3Client;
  readonly timeouts: S3Timeouts;
  /** Runs one operation within its deadline, and gives its failures our words. */
  call<T>(
    action: string,
    key: string,
    signal: AbortSignal | undefined,
    operation: (http: { abortSignal: AbortSignal }) => Promise<T>,
  ): Promise<T>;
}

/** Nothing is asked of it yet. */
export function openBucket(options: S3StoreOptions): S3Bucket {
  const { bucket: name } = options;
  const timeouts = { ...defaultTimeouts, ...options.timeouts };
  return {
    name,
    client: openClient(options, timeouts),
    timeouts,
    async call(action, key, signal, operation) {
      const deadline = AbortSignal.timeout(timeouts.operationMs);
      const abortSignal = signal ? AbortSignal.any([deadline, signal]) : deadline;
      try {
        return await operation({ abortSignal });
      } catch (cause) {
        // An aborted body says no more than "aborted"; the signal knows by whom.
        throw s3Failure(`${action} s3://${name}/${key}`, abortSignal.aborted ? abortSignal.reason : cause);
      }
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

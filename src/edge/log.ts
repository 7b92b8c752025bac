/** One JSON object per request and handler; it never holds a signature, a token or a key. */

import type { ErrorCode } from "../errors.ts";

export type Stage = "read" | "render" | "write" | "total";

export interface LogEntry {
  handler: "viewer-request" | "origin-response";
  /** CloudFront's request id, which is also the reference on an error page. */
  id: string;
  outcome: string;
  code?: ErrorCode;
  /** What went wrong in words for the operator. */
  message?: string;
  /** Of a refused request: the path as it came, which nobody has vouched for. */
  path?: string;
  kid?: string;
  preset?: string;
  canonicalPath?: string;
  /** The source's size. */
  bytesIn?: number;
  /** The rendition's size. */
  bytesOut?: number;
  quality?: number;
  encodes?: number;
  /** A write-back that failed never spoils the answer; it is told here. */
  writeBack?: string;
  /** Milliseconds by stage. */
  ms: Partial<Record<Stage, number>>;
}

export type Log = (entry: LogEntry) => void;

/** Runs the work and notes how long it took, also when it fails. */
export async function timed<T>(
  entry: LogEntry,
  stage: Stage,
  nowMilliseconds: () => number,
  work: () => Promise<T>,
): Promise<T> {
  const start = nowMilliseconds();
  try {
    return await work();
  } finally {
    entry.ms[stage] = Math.round((nowMilliseconds() - start) * 10) / 10;
  }
}

/** The words of an error with those of its causes, which say what the platform answered. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { message, cause } = error;
  return cause === undefined ? message : `${message}: ${describeError(cause)}`;
}

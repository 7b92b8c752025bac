/** One JSON line per request: what the functions logged, and what the viewer got. */

import type { LogEntry } from "../edge/log.ts";
import type { DistributionAnswer } from "./cloudfront/distribution.ts";
import type { FailureEntry } from "./cloudfront/failure.ts";
import type { FunctionLogEntry } from "./cloudfront/layer.ts";

/** What no function and no rule stands for: the distribution itself failed. */
export type UnforeseenEntry = Pick<LogEntry, "id" | "outcome" | "code" | "message">;

export type LoggedAnswer = Omit<DistributionAnswer, "logged"> & {
  readonly logged: readonly (FunctionLogEntry | UnforeseenEntry)[];
};

export interface ServedRequest {
  readonly id: string;
  readonly method: string;
  readonly status: number;
  readonly bodyBytes: number;
  readonly startedMilliseconds: number;
  readonly endedMilliseconds: number;
}

// Where there is one location, its name tells nobody anything.
const onlyPop = "local";

/** The query string is left out: it holds the signature. */
export function accessLogLine(answer: LoggedAnswer, served: ServedRequest): string {
  const ms: LogEntry["ms"] = {};
  let merged: Partial<LogEntry> | FailureEntry | UnforeseenEntry = {};
  // Later functions know more: origin-response's outcome and code replace viewer-request's.
  for (const entry of answer.logged) {
    merged = { ...merged, ...entry };
    if ("ms" in entry) Object.assign(ms, entry.ms);
  }
  const { handler: _handler, ...facts }: Partial<LogEntry> = merged;
  return JSON.stringify({
    time: new Date(served.startedMilliseconds).toISOString(),
    method: served.method,
    status: served.status,
    cache: answer.cacheOutcome,
    ...(answer.pop !== "" && answer.pop !== onlyPop && { pop: answer.pop }),
    ...facts,
    // What viewer-request logged may be remembered from an earlier request of the same URL.
    id: served.id,
    bodyBytes: served.bodyBytes,
    ms: { ...ms, total: served.endedMilliseconds - served.startedMilliseconds },
  });
}

/** origin-response: a stored derivative passes through; everything else is a miss or a failure of the store. */

import type { CloudFrontResponseEvent, CloudFrontResultResponse } from "aws-lambda";
import { ImgsealError } from "../errors.ts";
import type { PresetTable } from "../presets/table.ts";
import type { Variant } from "../presets/variant.ts";
import { parseCanonicalPath } from "../urls/canonical-path.ts";
import { sharedCorsHeaders } from "./cors.ts";
import { definitionOf } from "./definition.ts";
import {
  amendResponse,
  type EdgeAnswer,
  type EdgeRequest,
  readOriginStatus,
  readRequest,
  replaceResponse,
} from "./event.ts";
import { describeError, type Log, type LogEntry } from "./log.ts";
import { answerMiss, type MissParts } from "./miss.ts";
import { cacheTagHeader, cacheTags, errorAnswer, errorCode, imageHeaders } from "./respond.ts";

export interface OriginResponseParts extends MissParts {
  /** The table of the deployment before: its paths are still asked for while a new one rolls out. */
  readonly previous?: PresetTable;
  readonly log: Log;
}

/**
 * Answers what CloudFront's cache does not hold.
 *
 * 200, 206 and 304 keep their body and status; 403 and 404 are both a miss (S3 says 403 without s3:ListBucket): the
 * read of the source decides what exists.
 */
export async function originResponse(
  event: CloudFrontResponseEvent,
  parts: OriginResponseParts,
): Promise<CloudFrontResultResponse> {
  const started = parts.nowMilliseconds();
  const request = readRequest(event);
  const entry: LogEntry = {
    handler: "origin-response",
    id: request.id,
    outcome: "stored",
    canonicalPath: request.path,
    ms: {},
  };
  let variant: Variant | undefined;
  try {
    variant = parseCanonicalPath(request.path);
    entry.preset = variant.preset;
    const { preset, isStale } = definitionOf(variant, parts);
    const status = readOriginStatus(event);
    if (passedStatuses.has(status)) {
      const outcome = isStale ? "stale-preset" : "stored";
      return amendResponse(event, imageHeaders(variant, preset, parts.table.cors, outcome));
    }
    if (!missStatuses.has(status)) {
      throw new ImgsealError("STORE_UNAVAILABLE", `the derivatives store answered ${status}`);
    }
    return replaceResponse(
      event,
      await answerMiss({ request, variant, preset, isStale, startedMilliseconds: started }, parts, entry),
    );
  } catch (error) {
    entry.outcome = "error";
    entry.code = errorCode(error);
    entry.message = describeError(error);
    return replaceResponse(event, failure(error, request, variant, parts.table));
  } finally {
    entry.ms.total = parts.nowMilliseconds() - started;
    parts.log(entry);
  }
}

// 416 is the viewer's own range; its XML names neither bucket nor key.
const passedStatuses = new Set([200, 206, 304, 416]);
const missStatuses = new Set([403, 404]);

function failure(
  error: unknown,
  request: EdgeRequest,
  variant: Variant | undefined,
  { cors }: PresetTable,
): EdgeAnswer {
  return errorAnswer(error, request, {
    ...sharedCorsHeaders(cors),
    "x-imgseal": "error",
    // A refusal of a broken source is cached too, and has to go when the source is replaced and purged.
    ...(variant !== undefined && { [cacheTagHeader]: cacheTags(variant) }),
  });
}

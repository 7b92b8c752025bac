/** viewer-request: text is split, the signature is verified, and only then is anything looked up. */

import type { CloudFrontRequestEvent, CloudFrontRequestResult } from "aws-lambda";
import { type ErrorCode, ImgsealError } from "../errors.ts";
import { lookup, type PresetTable } from "../presets/table.ts";
import { authorise } from "../urls/authorise.ts";
import { formatCanonicalPath } from "../urls/canonical-path.ts";
import type { KeySet } from "../urls/key-set.ts";
import { select } from "../urls/select.ts";
import { parseSignedUrl } from "../urls/signed-url.ts";
import { corsHeaders, preflightHeaders, sharedCorsHeaders } from "./cors.ts";
import {
  type EdgeAnswer,
  type EdgeRequest,
  generateResponse,
  type HeaderMap,
  readRequest,
  rewriteRequest,
} from "./event.ts";
import { describeError, type Log, type LogEntry } from "./log.ts";
import { errorCode, errorHeaders, errorText, textAnswer } from "./respond.ts";

export interface ViewerRequestParts {
  readonly table: PresetTable;
  readonly keys: KeySet;
  readonly nowMilliseconds: () => number;
  readonly log: Log;
}

/**
 * Rewrites a rightly signed request to its canonical path, and answers every other one.
 *
 * Answers given here are never cached by CloudFront, so this is where refusals belong.
 */
export async function viewerRequest(
  event: CloudFrontRequestEvent,
  parts: ViewerRequestParts,
): Promise<CloudFrontRequestResult> {
  const started = parts.nowMilliseconds();
  const request = readRequest(event);
  const entry: LogEntry = { handler: "viewer-request", id: request.id, outcome: "rewritten", ms: {} };
  try {
    const answer = answerWithoutImage(request, parts.table);
    if (answer !== undefined) {
      entry.outcome = "answered";
      return generateResponse(answer);
    }
    entry.canonicalPath = canonicalise(request, parts, entry);
    return rewriteRequest(event, entry.canonicalPath);
  } catch (error) {
    entry.outcome = "refused";
    entry.code = errorCode(error);
    entry.message = describeError(error);
    // Unverified; without the query, which holds the signature.
    entry.path = request.path;
    return generateResponse(refusal(entry.code, request, parts.table));
  } finally {
    entry.ms.total = parts.nowMilliseconds() - started;
    parts.log(entry);
  }
}

function canonicalise(
  request: EdgeRequest,
  { table, keys, nowMilliseconds }: ViewerRequestParts,
  entry: LogEntry,
): string {
  const signed = parseSignedUrl(request.path, request.queryString);
  if (signed.kid !== undefined) entry.kid = signed.kid;
  const kid = authorise(signed, table, { keys, nowSeconds: Math.floor(nowMilliseconds() / 1000) });
  // A grant names its key within.
  if (kid !== undefined) entry.kid = kid;
  const preset = lookup(table, signed.preset);
  entry.preset = preset.name;
  return formatCanonicalPath(select(preset, signed, request.header("accept")));
}

const fixedAnswers: Readonly<Record<string, EdgeAnswer>> = {
  // Shops want their pictures found; what must not be fetched needs a signature anyway.
  "/robots.txt": textAnswer(200, "User-agent: *\nAllow: /\n", { "cache-control": "public, max-age=86400" }),
  "/favicon.ico": { status: 204, headers: { "cache-control": "public, max-age=86400" } },
};

const allowedMethods = "GET, HEAD, OPTIONS";

function answerWithoutImage(request: EdgeRequest, { cors }: PresetTable): EdgeAnswer | undefined {
  if (request.method === "OPTIONS") return answerOptions(request, cors);
  if (request.method !== "GET" && request.method !== "HEAD") {
    throw new ImgsealError(
      "METHOD_NOT_ALLOWED",
      `expected the method GET or HEAD, received ${request.method}`,
    );
  }
  return Object.hasOwn(fixedAnswers, request.path) ? fixedAnswers[request.path] : undefined;
}

function answerOptions(request: EdgeRequest, cors: PresetTable["cors"]): EdgeAnswer {
  const granted = corsHeaders(cors, request.header("origin"));
  const isAllowed = "access-control-allow-origin" in granted;
  return {
    status: 204,
    headers: {
      allow: allowedMethods,
      ...granted,
      ...(isAllowed && preflightHeaders),
      "cache-control": "no-store",
    },
  };
}

// Made once: whoever sends forged URLs must not make them dearer than valid ones.
const refusalHeaders = new WeakMap<PresetTable["cors"], Partial<Record<ErrorCode, HeaderMap>>>();

function refusal(code: ErrorCode, request: EdgeRequest, { cors }: PresetTable): EdgeAnswer {
  const headersByCode = refusalHeaders.get(cors) ?? {};
  refusalHeaders.set(cors, headersByCode);
  headersByCode[code] ??= Object.freeze({
    ...errorHeaders(code),
    ...sharedCorsHeaders(cors),
    // Whatever the error table allows the origin's answers: this one depends on a signature and on the clock.
    "cache-control": "no-store",
    ...(code === "METHOD_NOT_ALLOWED" && { allow: allowedMethods }),
  });
  return errorText(code, request, headersByCode[code]);
}

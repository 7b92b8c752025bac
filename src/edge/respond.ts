/** The one author of headers, and of every answer that is not an image. */

import { hash } from "node:crypto";
import { errorRow, ImgsealError } from "../errors.ts";
import type { Preset, PresetTable } from "../presets/table.ts";
import type { Variant } from "../presets/variant.ts";
import { isNegotiated } from "../urls/select.ts";
import { contentDisposition } from "./content-disposition.ts";
import { sharedCorsHeaders } from "./cors.ts";
import type { EdgeAnswer, EdgeRequest, HeaderMap } from "./event.ts";

/** What the origin did: it is replayed on cache hits, so it never says hit or miss. */
export type OriginOutcome = "rendered" | "stored" | "stale-preset" | "overflow" | "error";

/** The header that CloudFront reads cache tags from (CacheTagConfig); it is removed towards viewers. */
export const cacheTagHeader = "cache-tag";

/**
 * The headers of an image answer, stored, rendered or revalidated alike.
 *
 * They follow from the canonical path and the preset table alone, so that an edit of `cache`, `download` or `cors`
 * reaches the derivatives that are stored already.
 */
export function imageHeaders(
  variant: Variant,
  preset: Preset,
  cors: PresetTable["cors"],
  outcome: OriginOutcome,
): HeaderMap {
  return {
    "cache-control": outcome === "stale-preset" ? staleCacheControl : cacheControl(preset.cache),
    "content-disposition": contentDisposition(variant, preset.download),
    "x-content-type-options": "nosniff",
    // A stale preset's own list of formats is not the one that was negotiated.
    ...((isNegotiated(preset) || outcome === "stale-preset") && { vary: "Accept" }),
    ...sharedCorsHeaders(cors),
    [cacheTagHeader]: cacheTags(variant),
    "x-imgseal": outcome,
  };
}

/**
 * The tags that an invalidation may name: of the source, of the preset, of the preset at this revision.
 *
 * CloudFront compares tags without regard to case and allows visible ASCII, at most 256 characters, no comma; a
 * source key is none of that, hence its hash.
 */
export function cacheTags({ source, preset, revision }: Variant): string {
  const sourceHash = hash("sha256", source, "hex").slice(0, 32);
  return `source:${sourceHash},preset:${preset},preset:${preset}.${revision}`;
}

/**
 * For a success of the origin that must never be served again.
 *
 * CloudFront keeps what says `no-store` all the same when the maximum TTL is above 0, to stand in for an origin that fails
 * ("Manage how long content stays in the cache"): a redirect would then send viewers round, and an answer to HEAD would be
 * a picture without bytes. `stale-if-error=0` ("Serve stale content") forbids that. Errors never stand in.
 */
export const oneViewersCacheControl = "no-store, stale-if-error=0";

/**
 * A refusal or failure in the public words of the error table, with more headers on top.
 *
 * HEAD gets `no-store`: under the key that it shares with GET, no empty body may stay.
 */
export function errorAnswer(
  error: unknown,
  request: Pick<EdgeRequest, "id" | "method">,
  more: HeaderMap = {},
): EdgeAnswer {
  const code = errorCode(error);
  const headers = errorHeaders(code);
  const isHead = request.method === "HEAD";
  return errorText(code, request, { ...headers, ...(isHead && { "cache-control": "no-store" }), ...more });
}

/** The same with headers that are made already; the reference is what the log line carries too. HEAD gets no body. */
export function errorText(
  code: ImgsealError["code"],
  { id, method }: Pick<EdgeRequest, "id" | "method">,
  headers: HeaderMap,
): EdgeAnswer {
  const { status, publicMessage } = errorRow(code);
  if (method === "HEAD") return { status, headers };
  return { status, headers, body: `${publicMessage}\nReference: ${id}\n` };
}

export function errorHeaders(code: ImgsealError["code"]): HeaderMap {
  const { maxAgeSeconds, retryAfterSeconds } = errorRow(code);
  return {
    ...textHeaders,
    "cache-control": maxAgeSeconds === 0 ? "no-store" : `public, max-age=${maxAgeSeconds}`,
    ...(retryAfterSeconds !== undefined && { "retry-after": String(retryAfterSeconds) }),
  };
}

export function textAnswer(status: number, body: string, headers: HeaderMap): EdgeAnswer {
  return { status, headers: { ...textHeaders, ...headers }, body };
}

const textHeaders = {
  "content-type": "text/plain; charset=utf-8",
  "x-content-type-options": "nosniff",
} as const;

/** What is not one of ours is INTERNAL: it was not foreseen, so nothing about it is told. */
export function errorCode(error: unknown): ImgsealError["code"] {
  return error instanceof ImgsealError ? error.code : "INTERNAL";
}

// Two functions of one deployment roll out at different moments: what was made by the wrong one is soon forgotten.
const staleCacheControl = "public, max-age=0, s-maxage=30";

function cacheControl({
  maxAgeSeconds,
  edgeMaxAgeSeconds,
  staleWhileRevalidateSeconds,
}: Preset["cache"]): string {
  const directives = ["public", `max-age=${maxAgeSeconds}`];
  if (edgeMaxAgeSeconds !== undefined) directives.push(`s-maxage=${edgeMaxAgeSeconds}`);
  if (staleWhileRevalidateSeconds !== undefined) {
    directives.push(`stale-while-revalidate=${staleWhileRevalidateSeconds}`);
  }
  return directives.join(", ");
}

/** Cross-origin reads (the Fetch standard, "CORS protocol") as presets.yaml's `cors` allows them. */

import type { PresetTable } from "../presets/table.ts";
import type { HeaderMap } from "./event.ts";

/**
 * What an answer to this origin carries; empty when nothing is allowed.
 *
 * At CloudFront the response headers policy adds the same to image answers.
 */
export function corsHeaders({ origins }: PresetTable["cors"], origin: string | undefined): HeaderMap {
  if (origins === "*") return { "access-control-allow-origin": "*" };
  if (origins.length === 0) return {};
  const isAllowed = origin !== undefined && origins.includes(origin);
  return { vary: "Origin", ...(isAllowed && { "access-control-allow-origin": origin }) };
}

/** What may stand on an answer that is kept for everybody: a list of origins is decided per request. */
export function sharedCorsHeaders({ origins }: PresetTable["cors"]): HeaderMap {
  return origins === "*" ? { "access-control-allow-origin": "*" } : {};
}

/** What a preflight is told on top, once its origin is allowed. */
export const preflightHeaders: HeaderMap = {
  "access-control-allow-methods": "GET, HEAD",
  "access-control-allow-headers": "*",
  "access-control-max-age": "86400",
};

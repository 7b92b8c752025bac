/** An answer's headers as a viewer gets them: what CloudFront adds and removes, in the form that `writeHead` takes. */

import { corsHeaders } from "../edge/cors.ts";
import type { HeaderMap } from "../edge/event.ts";
import { cacheTagHeader } from "../edge/respond.ts";
import type { PresetTable } from "../presets/table.ts";
import type { CacheOutcome, DistributionAnswer } from "./cloudfront/distribution.ts";

/** The response headers policy: with a list of origins it decides per request, where the cached answer cannot. */
export function corsPolicy(cors: PresetTable["cors"], origin: string | undefined): HeaderMap {
  return cors.origins === "*" || cors.origins.length === 0 ? noHeaders : corsHeaders(cors, origin);
}

const noHeaders: HeaderMap = {};

/** The response headers policy removes cache tags; node:http frames the body itself. */
export function viewerHeaders(headers: HeaderMap, answer: DistributionAnswer, policy: HeaderMap): string[] {
  const common = policy === noHeaders ? flattenOnce(headers) : flatten(withPolicy(headers, policy));
  return answer.cacheOutcome.endsWith("Hit")
    ? [...common, "x-cache", xCache[answer.cacheOutcome], "age", String(answer.ageSeconds)]
    : [...common, "x-cache", xCache[answer.cacheOutcome]];
}

const xCache = {
  Hit: "Hit from imgseal",
  RefreshHit: "RefreshHit from imgseal",
  Miss: "Miss from imgseal",
  Error: "Error from imgseal",
  LambdaGeneratedResponse: "LambdaGeneratedResponse from imgseal",
} as const satisfies Record<CacheOutcome, string>;

function withPolicy(headers: HeaderMap, policy: HeaderMap): HeaderMap {
  const vary = [headers.vary, policy.vary].filter((name) => name !== undefined).join(", ");
  return { ...headers, ...policy, ...(vary !== "" && { vary }) };
}

// A cached answer's headers are the same object at every hit.
const flattened = new WeakMap<HeaderMap, readonly string[]>();

function flattenOnce(headers: HeaderMap): readonly string[] {
  let flat = flattened.get(headers);
  if (flat === undefined) {
    flat = flatten(headers);
    flattened.set(headers, flat);
  }
  return flat;
}

const hiddenFromViewers = new Set([cacheTagHeader, "transfer-encoding"]);

/** Names and values in turn, without those that are not for viewers. */
export function flatten(headers: HeaderMap): string[] {
  const flat: string[] = [];
  for (const name in headers) if (!hiddenFromViewers.has(name)) flat.push(name, headers[name] ?? "");
  return flat;
}

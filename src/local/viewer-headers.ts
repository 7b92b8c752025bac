/** An answer's headers as a viewer gets them: what CloudFront adds and removes, in the form that `writeHead` takes. */

import { corsHeaders } from "../edge/cors.ts";
import type { HeaderMap } from "../edge/event.ts";
import type { PresetTable } from "../presets/table.ts";
import { addImgsealHeaders, type Served } from "./cloudfront/edge-headers.ts";

/** The response headers policy: with a list of origins it decides per request, where the cached answer cannot. */
export function corsPolicy(cors: PresetTable["cors"], origin: string | undefined): HeaderMap {
  return cors.origins === "*" || cors.origins.length === 0 ? noHeaders : corsHeaders(cors, origin);
}

const noHeaders: HeaderMap = {};

/** Names and values in turn, with what the cache says. */
export function viewerHeaders(answer: Served, policy: HeaderMap): string[] {
  const { headers } = answer;
  const flat = policy === noHeaders ? [...flattenOnce(headers)] : flatten(withPolicy(headers, policy));
  addImgsealHeaders(flat, answer);
  return flat;
}

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

/** Names and values in turn; cookies have a line each. */
export function flatten(headers: HeaderMap): string[] {
  const flat: string[] = [];
  for (const name in headers) {
    const value = headers[name] ?? "";
    if (name === "set-cookie") for (const cookie of value.split("\n")) flat.push(name, cookie);
    else flat.push(name, value);
  }
  return flat;
}

/** What a response headers policy adds and removes, on every answer of a behavior ("Understand response headers policies"). */

import type { HeaderMap } from "../../edge/event.ts";
import type { ResponseHeadersPolicy } from "./description.ts";

/** For the same headers the same object each time, so that what is made of it can be kept too. */
export function applyResponseHeadersPolicy(headers: HeaderMap, policy: ResponseHeadersPolicy): HeaderMap {
  const known = applied.get(headers);
  if (known?.policy === policy) return known.result;
  const result = apply(headers, policy);
  applied.set(headers, { policy, result });
  return result;
}

const applied = new WeakMap<
  HeaderMap,
  { readonly policy: ResponseHeadersPolicy; readonly result: HeaderMap }
>();

function apply(headers: HeaderMap, { customHeaders, removeHeaders }: ResponseHeadersPolicy): HeaderMap {
  const result: Record<string, string> = { ...headers };
  for (const name of removeHeaders) delete result[name.toLowerCase()];
  for (const { header, value, override } of customHeaders) {
    const name = header.toLowerCase();
    if (override || result[name] === undefined) result[name] = value;
  }
  return Object.freeze(result);
}

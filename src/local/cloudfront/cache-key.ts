/**
 * What makes two requests one object: "Understand the cache key", "Understand cache policies", "Cache content based on
 * query string parameters" and "Cache content based on cookies".
 */

import type { HeaderMap } from "../../edge/event.ts";
import type { CachePolicy, Selection } from "./description.ts";
import type { LayerRequest } from "./layer.ts";

type Keyed = Pick<LayerRequest, "method" | "uri" | "querystring" | "headers">;
type KeyFunction = (request: Keyed) => string;

/**
 * One line for each part that has something to say, the first of them the uri: no part can hold a line break.
 *
 * Neither the behavior nor the origin is in it. GET and HEAD share a key, OPTIONS has its own.
 */
export function cacheKey(request: Keyed, policy: CachePolicy): string {
  let key = keyFunctions.get(policy);
  if (key === undefined) {
    key = compileKey(policy);
    keyFunctions.set(policy, key);
  }
  return request.method === "OPTIONS" ? `${key(request)}\nOPTIONS` : key(request);
}

const keyFunctions = new WeakMap<CachePolicy, KeyFunction>();

/** What an invalidation compares its paths with: the uri, and the query string as far as it is in the key. */
export function invalidationTarget(key: string): string {
  const [uri = "", second = ""] = key.split("\n", 2);
  return second.startsWith("?") ? uri + second : uri;
}

function compileKey(policy: CachePolicy): KeyFunction {
  const lines = [
    policy.queryStrings.behavior !== "none" && queryStringLine(policy.queryStrings),
    policy.headers.behavior !== "none" && headerLines(policy),
    policy.cookies.behavior !== "none" && cookieLine(policy.cookies),
    (policy.enableAcceptEncodingGzip || policy.enableAcceptEncodingBrotli) && acceptEncodingLine(policy),
  ].filter((line) => line !== false);
  if (lines.length === 0) return ({ uri }) => uri;
  return (request) => request.uri + lines.map((line) => line(request)).join("");
}

function queryStringLine(selection: Selection): KeyFunction {
  return ({ querystring }) => line("?", selectQueryString(querystring, selection));
}

function headerLines({
  headers: selection,
  enableAcceptEncodingGzip,
  enableAcceptEncodingBrotli,
}: CachePolicy): KeyFunction {
  const isNormalized = enableAcceptEncodingGzip || enableAcceptEncodingBrotli;
  return ({ headers }) =>
    Object.keys(headers)
      .filter((name) => isSelected(name, selection) && !(isNormalized && name === "accept-encoding"))
      .sort()
      .map((name) => `\n${name}: ${headers[name]}`)
      .join("");
}

function cookieLine(selection: Selection): KeyFunction {
  return ({ headers }) => line("cookie: ", selectCookies(headers.cookie, selection));
}

function acceptEncodingLine(policy: CachePolicy): KeyFunction {
  return ({ headers }) => {
    const value = normalizedAcceptEncoding(headers, policy);
    return value === "identity" ? "" : line("accept-encoding: ", value ?? "");
  };
}

function line(label: string, value: string): string {
  return value === "" ? "" : `\n${label}${value}`;
}

/** The parameters that are selected, in the order and the spelling of the request: both make a difference. */
export function selectQueryString(querystring: string, selection: Selection): string {
  if (!("items" in selection)) return selection.behavior === "all" ? querystring : "";
  const isNamed = (parameter: string) => selection.items.includes(parameter.split("=", 1)[0] ?? "");
  const isKept = (parameter: string) => isNamed(parameter) === (selection.behavior === "whitelist");
  return querystring.split("&").filter(isKept).join("&");
}

/** The cookies that are selected, sorted by name; case counts. */
export function selectCookies(cookie: string | undefined, selection: Selection): string {
  const isNamed = (name: string) => "items" in selection && selection.items.includes(name);
  const isKept = {
    none: () => false,
    all: () => true,
    whitelist: isNamed,
    allExcept: (name: string) => !isNamed(name),
  }[selection.behavior];
  return (cookie ?? "")
    .split(";")
    .map((pair) => pair.trim())
    .map((pair) => ({ pair, name: pair.split("=", 1)[0] ?? "" }))
    .filter(({ pair, name }) => pair !== "" && isKept(name))
    .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
    .map(({ pair }) => pair)
    .join("; ");
}

/** Whether a selection of headers, whose names are in any case, has this one in lower case. */
export function isSelected(name: string, selection: Selection): boolean {
  if (!("items" in selection)) return selection.behavior === "all";
  const isNamed = selection.items.some((item) => item.toLowerCase() === name);
  return isNamed === (selection.behavior === "whitelist");
}

/**
 * `br,gzip`, `br`, `gzip`, or `identity` where the viewer takes neither: what goes to the origin in place of the
 * viewer's own ("Compression support"). Absent when the policy caches no compressed objects, or the viewer said nothing.
 */
export function normalizedAcceptEncoding(headers: HeaderMap, policy: CachePolicy): string | undefined {
  const accepted = headers["accept-encoding"];
  const enabled = [
    policy.enableAcceptEncodingBrotli && "br",
    policy.enableAcceptEncodingGzip && "gzip",
  ].filter((coding) => coding !== false);
  if (accepted === undefined || enabled.length === 0) return undefined;
  const codings = accepted.split(",").map((item) => item.split(";", 1)[0]?.trim().toLowerCase());
  return enabled.filter((coding) => codings.includes(coding)).join(",") || "identity";
}

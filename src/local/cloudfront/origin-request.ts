/** What goes to the origin: the headers, cookies and query string that the policies name, and those of CloudFront. */

import type { CloudFrontOrigin } from "aws-lambda";
import type { HeaderMap } from "../../edge/event.ts";
import { isSelected, normalizedAcceptEncoding, selectCookies, selectQueryString } from "./cache-key.ts";
import type { CacheBehavior, OriginDescription, Selection } from "./description.ts";
import { isDisallowed } from "./header-rules.ts";
import type { LayerRequest } from "./layer.ts";
import type { GivenRequest } from "./request-result.ts";

/** A request as the origin gets it. */
export interface OriginRequest {
  readonly method: string;
  /** With the origin's own path in front; percent-encoded. */
  readonly path: string;
  readonly querystring: string;
  readonly headers: HeaderMap;
  /** Where to, as origin events show it: a function may have chosen another one than the behavior's. */
  readonly origin: CloudFrontOrigin;
  /** What the bucket's policy and its origin access control let this request do; nothing for a bucket that is not described. */
  readonly access: BucketAccess;
}

export type BucketAccess = Pick<OriginDescription, "originAccessControl" | "listBucket">;

/** The request as an origin-request function is shown it ("Understand origin request policies"). */
export function originBound(
  request: LayerRequest,
  validators: HeaderMap,
  { origin, via }: { readonly origin: OriginDescription; readonly via: string },
): GivenRequest & { readonly origin: CloudFrontOrigin } {
  const { clientIp, method, uri, behavior } = request;
  return {
    clientIp,
    method,
    uri,
    querystring: forwardedQueryString(request.querystring, behavior),
    headers: { ...forwardedHeaders(request, { origin, via }), ...validators },
    origin: eventOrigin(origin),
  };
}

/** The request as it is sent: the origin's custom headers replace others of the same name. */
export function originRequest(
  { method, uri, querystring, headers }: Pick<GivenRequest, "method" | "uri" | "querystring" | "headers">,
  origin: CloudFrontOrigin,
  access: BucketAccess,
): OriginRequest {
  const target = origin.s3 ?? origin.custom;
  const sent: Record<string, string> = { ...headers };
  for (const [name, values] of Object.entries(target.customHeaders)) {
    sent[name] = values.map(({ value }) => value).join(", ");
  }
  return { method, path: `${target.path}${uri}`, querystring, headers: sent, origin, access };
}

function forwardedHeaders(
  { headers, behavior, clientIp }: LayerRequest,
  { origin, via }: { readonly origin: OriginDescription; readonly via: string },
): HeaderMap {
  const selections = forwardedBy(behavior);
  const forwarded: Record<string, string> = { host: origin.domainName, "user-agent": "Amazon CloudFront" };
  for (const name in headers) {
    const value = headers[name];
    const isForwarded =
      selections.headers.some((selection) => isSelected(name, selection)) && !isDisallowed(name);
    if (isForwarded && name !== "cookie" && value !== undefined) forwarded[name] = value;
  }
  const cookies = selections.cookies.map((selection) => selectCookies(headers.cookie, selection));
  const cookie = [...new Set(cookies.flatMap((pairs) => pairs.split("; ")))].filter((pair) => pair !== "");
  if (cookie.length > 0) forwarded.cookie = cookie.join("; ");
  const acceptEncoding = normalizedAcceptEncoding(headers, behavior.cachePolicy);
  if (acceptEncoding !== undefined) forwarded["accept-encoding"] = acceptEncoding;
  return { ...forwarded, via, "x-forwarded-for": clientIp };
}

function forwardedQueryString(querystring: string, behavior: CacheBehavior): string {
  const kept = forwardedBy(behavior).queryStrings.map(
    (selection) => new Set(selectQueryString(querystring, selection).split("&")),
  );
  const isKept = (parameter: string) => kept.some((parameters) => parameters.has(parameter));
  return querystring.split("&").filter(isKept).join("&");
}

type Selections = Readonly<Record<"headers" | "cookies" | "queryStrings", readonly Selection[]>>;

const selectionsOf = new WeakMap<CacheBehavior, Selections>();

/** What the two policies of a behavior let through, looked up once: what says "none" need not be asked at each miss. */
function forwardedBy(behavior: CacheBehavior): Selections {
  let selections = selectionsOf.get(behavior);
  if (selections === undefined) {
    const { cachePolicy, originRequestPolicy = cachePolicy } = behavior;
    const policies = new Set([cachePolicy, originRequestPolicy]);
    const of = (part: keyof Selections) =>
      [...policies].map((policy) => policy[part]).filter((selection) => selection.behavior !== "none");
    selections = { headers: of("headers"), cookies: of("cookies"), queryStrings: of("queryStrings") };
    selectionsOf.set(behavior, selections);
  }
  return selections;
}

// `none` is how an origin with an access control, instead of the old access identity, is shown.
function eventOrigin({ domainName, originPath, customHeaders }: OriginDescription): CloudFrontOrigin {
  const shaped = Object.entries(customHeaders).map(([key, value]) => [key.toLowerCase(), [{ key, value }]]);
  return {
    s3: { authMethod: "none", customHeaders: Object.fromEntries(shaped), domainName, path: originPath },
  };
}

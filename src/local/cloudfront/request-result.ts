/** A request that a function returned (viewer-request, origin-request), held against the rules. */

import type { CloudFrontOrigin } from "aws-lambda";
import type { HeaderMap } from "../../edge/event.ts";
import { readOrigin } from "./origin-result.ts";
import { uriCharacters } from "./quotas.ts";
import { readResultHeaders } from "./result-headers.ts";
import { type OnBreach, RuleBreach, refuseBreach } from "./rule-breach.ts";
import { describe } from "./wording.ts";

/** What the function was shown. */
export interface GivenRequest {
  readonly clientIp: string;
  readonly method: string;
  readonly uri: string;
  readonly querystring: string;
  readonly headers: HeaderMap;
  /** At origin-request only. */
  readonly origin?: CloudFrontOrigin;
}

export interface RequestResult {
  readonly uri: string;
  readonly querystring: string;
  /** `given.headers` itself where the function changed none. */
  readonly headers: HeaderMap;
  readonly origin?: CloudFrontOrigin;
}

/** @throws RuleBreach */
export function readRequestResult(
  result: object,
  given: GivenRequest,
  eventType: "viewer-request" | "origin-request",
  onBreach: OnBreach = refuseBreach,
): RequestResult {
  const { uri, querystring, method, clientIp, headers, origin }: Record<string, unknown> = { ...result };
  const address = { uri: requireText("uri", uri), querystring: requireText("querystring", querystring) };
  if (requireText("method", method) !== given.method) {
    onBreach(new RuleBreach("request-method", `method was ${given.method} and is ${JSON.stringify(method)}`));
  }
  if (clientIp !== undefined && clientIp !== given.clientIp) {
    onBreach(new RuleBreach("request-client-ip", "clientIp is another one"));
  }
  // What came from the viewer and goes on as it came is not the function's doing.
  if (address.uri !== given.uri || address.querystring !== given.querystring) requireAddress(address);
  const read = {
    ...address,
    headers: readResultHeaders(headers, { eventType, given: given.headers, onBreach }),
  };
  if (eventType === "origin-request") return { ...read, ...readOrigin(origin, read.headers, given.headers) };
  if (origin !== undefined) {
    onBreach(new RuleBreach("origin-at-viewer-request", `origin is ${describe(origin)}`));
  }
  return read;
}

function requireText(member: string, value: unknown): string {
  if (typeof value === "string") return value;
  throw new RuleBreach("request-shape", `${member} is ${describe(value)}`);
}

function requireAddress({ uri, querystring }: Pick<RequestResult, "uri" | "querystring">): void {
  if (!uri.startsWith("/"))
    throw new RuleBreach("uri-slash", `uri begins with ${JSON.stringify(uri[0] ?? "")}`);
  const figure = uri.length + (querystring === "" ? 0 : querystring.length + 1);
  if (figure >= uriCharacters) {
    throw new RuleBreach("uri-length", `uri and querystring have ${figure} characters`, {
      figure,
      quota: uriCharacters - 1,
    });
  }
  requireCharacters("uri-characters", "uri", uri, forbiddenInUri);
  requireCharacters("querystring-characters", "querystring", querystring, forbiddenInQuery);
}

const forbiddenInUri = /[\0-\x20\x7f?#]/u;
const forbiddenInQuery = /[\0-\x20\x7f#]/u;

function requireCharacters(
  rule: "uri-characters" | "querystring-characters",
  member: string,
  text: string,
  forbidden: RegExp,
): void {
  const position = text.search(forbidden);
  if (position === -1) return;
  const found = `${member} has ${JSON.stringify(text[position])} at ${position}`;
  throw new RuleBreach(rule, found, { figure: position });
}

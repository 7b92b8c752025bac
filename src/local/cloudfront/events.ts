/** The documented event shapes ("Lambda@Edge event structure"); each call makes objects that the function may change. */

import { STATUS_CODES } from "node:http";
import type {
  CloudFrontHeaders,
  CloudFrontOrigin,
  CloudFrontRequest,
  CloudFrontRequestEvent,
  CloudFrontResponseEvent,
} from "aws-lambda";
import type { HeaderMap } from "../../edge/event.ts";
import type { DistributionDescription, EventType } from "./description.ts";
import { visibleHeaders } from "./header-rules.ts";
import type { GivenRequest } from "./request-result.ts";
import type { GivenResponse } from "./response-result.ts";
import { describe } from "./wording.ts";

/** A viewer's request, as a distribution is asked. */
export interface ViewerRequest {
  readonly id: string;
  readonly method: string;
  /** Raw, percent-encoded. */
  readonly path: string;
  /** Without the question mark; empty unless said. */
  readonly queryString?: string | undefined;
  /** Names in any case, one value each. */
  readonly headers: HeaderMap;
  readonly clientIp: string;
}

/** The same, with nothing left open: the names of the headers are in lower case, as functions are shown them. */
export interface ReceivedRequest extends ViewerRequest {
  readonly queryString: string;
}

/** @throws TypeError for what is no request: who asks without types hears what is missing */
export function received(viewer: ViewerRequest): ReceivedRequest {
  const { id, method, path, queryString = "", headers, clientIp } = viewer;
  const texts = [id, method, path, queryString, clientIp];
  if (!texts.every((text) => typeof text === "string"))
    throw notText({ id, method, path, queryString, clientIp });
  if (describe(headers) !== "an object") {
    throw new TypeError(
      `expected headers of the viewer's request to be an object, received ${describe(headers)}`,
    );
  }
  return { id, method, path, queryString, headers: lowerCased(headers), clientIp };
}

function notText(members: Readonly<Record<string, unknown>>): TypeError {
  const wrong = Object.entries(members).filter(([, value]) => typeof value !== "string");
  const found = wrong.map(([name, value]) => `${name} is ${describe(value)}`).join(", ");
  return new TypeError(`expected the viewer's request to have strings, received another: ${found}`);
}

/** Case does not count in names (RFC 9110 5.1); what node:http hands over has none in upper case, and stays as it is. */
function lowerCased(headers: HeaderMap): HeaderMap {
  for (const name in headers) {
    if (name !== name.toLowerCase()) {
      return Object.fromEntries(Object.entries(headers).map(([any, value]) => [any.toLowerCase(), value]));
    }
  }
  return headers;
}

/** What an event says about where it comes from. */
export interface EventSource {
  readonly distribution: Pick<DistributionDescription, "id" | "domainName">;
  readonly requestId: string;
}

/** What a viewer-request function is shown. */
export function givenRequest({
  clientIp,
  method,
  path,
  queryString,
  headers,
}: ReceivedRequest): GivenRequest {
  return { clientIp, method, uri: path, querystring: queryString, headers: visibleHeaders(headers) };
}

export function requestEvent(
  eventType: "viewer-request" | "origin-request",
  given: GivenRequest,
  source: EventSource,
): CloudFrontRequestEvent {
  return { Records: [{ cf: { config: configOf(eventType, source), request: toEventRequest(given) } }] };
}

/** Without the body, which is never shown to a function. */
export function responseEvent(
  eventType: "origin-response" | "viewer-response",
  given: GivenRequest,
  { status, statusDescription, headers }: GivenResponse & { readonly statusDescription?: string },
  source: EventSource,
): CloudFrontResponseEvent {
  const response = {
    status: String(status),
    statusDescription: statusDescription ?? STATUS_CODES[status] ?? "",
    headers: toEventHeaders(headers),
  };
  return {
    Records: [{ cf: { config: configOf(eventType, source), request: toEventRequest(given), response } }],
  };
}

function configOf<Type extends EventType>(eventType: Type, { distribution, requestId }: EventSource) {
  const { domainName: distributionDomainName, id: distributionId } = distribution;
  return { distributionDomainName, distributionId, eventType, requestId };
}

function toEventRequest({
  clientIp,
  method,
  uri,
  querystring,
  headers,
  origin,
}: GivenRequest): CloudFrontRequest {
  const request = { clientIp, headers: toEventHeaders(headers), method, querystring, uri };
  return origin === undefined ? request : { ...request, origin: structuredClone<CloudFrontOrigin>(origin) };
}

function toEventHeaders(headers: HeaderMap): CloudFrontHeaders {
  const shaped: CloudFrontHeaders = {};
  for (const name in headers) {
    const value = headers[name] ?? "";
    shaped[name] =
      name === "set-cookie"
        ? value.split("\n").map((cookie) => ({ key: name, value: cookie }))
        : [{ key: name, value }];
  }
  return shaped;
}

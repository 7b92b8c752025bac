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

/** A request as the listener hands it over. */
export interface ViewerRequest {
  readonly id: string;
  readonly method: string;
  /** Raw, percent-encoded. */
  readonly path: string;
  /** Without the question mark. */
  readonly queryString: string;
  readonly headers: HeaderMap;
  readonly clientIp: string;
}

/** What an event says about where it comes from. */
export interface EventSource {
  readonly distribution: Pick<DistributionDescription, "id" | "domainName">;
  readonly requestId: string;
}

const localDistribution = { id: "LOCAL", domainName: "localhost" };

/** The event of a viewer's request as it came. */
export function viewerRequestEvent(viewer: ViewerRequest): CloudFrontRequestEvent {
  const source = { distribution: localDistribution, requestId: viewer.id };
  return requestEvent("viewer-request", givenRequest(viewer), source);
}

/** What a viewer-request function is shown. */
export function givenRequest({ clientIp, method, path, queryString, headers }: ViewerRequest): GivenRequest {
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

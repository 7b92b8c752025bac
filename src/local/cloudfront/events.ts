/** The documented event shapes ("Lambda@Edge event structure"), made from a local request and an origin's answer. */

import type {
  CloudFrontEvent,
  CloudFrontHeaders,
  CloudFrontRequest,
  CloudFrontRequestEvent,
  CloudFrontResponseEvent,
  CloudFrontResultResponse,
} from "aws-lambda";
import type { HeaderMap } from "../../edge/event.ts";
import type { OriginAnswer } from "./cache.ts";

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

export function viewerRequestEvent(request: ViewerRequest): CloudFrontRequestEvent {
  return {
    Records: [
      {
        cf: {
          config: configOf("viewer-request", request.id),
          request: {
            clientIp: request.clientIp,
            headers: toEventHeaders(request.headers),
            method: request.method,
            querystring: request.queryString,
            uri: request.path,
          },
        },
      },
    ],
  };
}

export function originResponseEvent(
  requestId: string,
  request: CloudFrontRequest,
  { status, headers }: OriginAnswer,
): CloudFrontResponseEvent {
  return {
    Records: [
      {
        cf: {
          config: configOf("origin-response", requestId),
          request,
          response: { status: String(status), statusDescription: "", headers: toEventHeaders(headers) },
        },
      },
    ],
  };
}

/** The answer that a function's result means; without a `body` member the origin's body is kept. */
export function answerOf(result: CloudFrontResultResponse, originBody: Buffer): OriginAnswer {
  const encoding = result.bodyEncoding === "base64" ? "base64" : "utf8";
  return {
    status: Number(result.status),
    headers: fromEventHeaders(result.headers ?? {}),
    body: result.body === undefined ? originBody : Buffer.from(result.body, encoding),
  };
}

function configOf(
  eventType: CloudFrontEvent["config"]["eventType"],
  requestId: string,
): CloudFrontEvent["config"] {
  return { distributionDomainName: "localhost", distributionId: "LOCAL", eventType, requestId };
}

function toEventHeaders(headers: HeaderMap): CloudFrontHeaders {
  const shaped: CloudFrontHeaders = {};
  for (const name in headers) shaped[name] = [{ key: name, value: headers[name] ?? "" }];
  return shaped;
}

function fromEventHeaders(headers: CloudFrontHeaders): HeaderMap {
  const joined: Record<string, string> = {};
  for (const name in headers) joined[name] = headers[name]?.map(({ value }) => value).join(", ") ?? "";
  return joined;
}

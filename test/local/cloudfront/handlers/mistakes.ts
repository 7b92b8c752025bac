/** What goes wrong with Lambda@Edge first, each as it is written, with the whole sentence that its author is told. */

import type { CloudFrontRequestEvent, CloudFrontResponseEvent } from "aws-lambda";
import type { EdgeFunction, EventType, RuleId } from "../../../../src/local/cloudfront/index.ts";

interface Mistake {
  readonly title: string;
  readonly event: EventType;
  readonly handler: EdgeFunction["handler"];
  /** `/missing` unless said. */
  readonly path?: string;
  readonly status: 502 | 503;
  readonly rule: RuleId;
  readonly message: string;
}

const requestOf = (event: CloudFrontRequestEvent | CloudFrontResponseEvent) =>
  Object(event.Records[0]?.cf.request);
const responseOf = (event: CloudFrontRequestEvent | CloudFrontResponseEvent) =>
  Object(Object(event.Records[0]?.cf).response);
const jpeg = [{ key: "Content-Type", value: "image/jpeg" }];
const picture = Buffer.alloc(800_000, 0xff);

export const mistakes: readonly Mistake[] = [
  {
    title: "a fresh response object drops S3's transfer-encoding",
    event: "origin-response",
    handler: async () => ({ status: "200", headers: { "content-type": jpeg }, body: "made" }),
    status: 502,
    rule: "read-only-header-deleted",
    message:
      "the result has no header transfer-encoding, and the event at origin-response has it. This header is read-only at this event: it comes back with the result, also with a result of your own. Do not delete it. Change the object that the event holds (event.Records[0].cf.request or .response) and return that one, not a fresh object.",
  },
  {
    title: "a picture of 800,000 bytes is over 1 MB as base64",
    event: "origin-response",
    handler: async (event) =>
      Object.assign(responseOf(event), {
        status: "200",
        body: picture.toString("base64"),
        bodyEncoding: "base64",
      }),
    status: 502,
    rule: "origin-generated-size",
    message:
      "headers and body have 1,066,896 bytes, 18,320 too many. An answer that a function makes at an origin event has at most 1 MB (1,048,576 bytes), headers and body; base64 counts as the text that it is, a third more than the bytes in it. Store it at the origin and redirect: base64 leaves room for about 780,000 bytes.",
  },
  {
    title: "a page of 64 KB at viewer-request",
    event: "viewer-request",
    handler: async () => ({ status: "200", body: "x".repeat(65_536) }),
    status: 502,
    rule: "viewer-generated-size",
    message:
      "headers and body have 65,536 bytes, 24,576 too many. An answer that a function makes at a viewer event has at most 40 KB (40,960 bytes), headers and body. Answer at an origin event, or redirect.",
  },
  {
    title: "a read-only header is deleted",
    event: "viewer-request",
    path: "/index.html",
    handler: async (event) => {
      delete requestOf(event).headers.host;
      return requestOf(event);
    },
    status: 502,
    rule: "read-only-header-deleted",
    message:
      "the result has no header host, and the event at viewer-request has it. This header is read-only at this event: it comes back with the result, also with a result of your own. Do not delete it. Change the object that the event holds (event.Records[0].cf.request or .response) and return that one, not a fresh object.",
  },
  {
    title: "Host is set at viewer-request to reach another origin",
    event: "viewer-request",
    path: "/index.html",
    handler: async (event) => {
      requestOf(event).headers.host = [{ key: "Host", value: "other.example.com" }];
      return requestOf(event);
    },
    status: 502,
    rule: "read-only-header-changed",
    message:
      "the result has another value for the header host than the event at viewer-request. This header is read-only at this event: it comes back as it was given. Do not assign to it.",
  },
  {
    title: "content-length is set at viewer-response",
    event: "viewer-response",
    path: "/index.html",
    handler: async (event) => {
      responseOf(event).headers["content-length"] = [{ key: "Content-Length", value: "1" }];
      return responseOf(event);
    },
    status: 502,
    rule: "read-only-header-changed",
    message:
      "the result has another value for the header content-length than the event at viewer-response. This header is read-only at this event: it comes back as it was given. Do not assign to it.",
  },
  {
    title: "via is added at origin-response",
    event: "origin-response",
    handler: async (event) => {
      responseOf(event).headers.via = [{ key: "Via", value: "mine" }];
      return responseOf(event);
    },
    status: 502,
    rule: "read-only-header-added",
    message:
      "the result has the header via, and the event at origin-response has not. CloudFront does not let a function add this header at this event. Leave it out: CloudFront sets it by itself.",
  },
  {
    title: "a data: URL instead of base64",
    event: "origin-response",
    handler: async (event) =>
      Object.assign(responseOf(event), {
        status: "200",
        body: "data:image/jpeg;base64,/9j/4AAQ",
        bodyEncoding: "base64",
      }),
    status: 502,
    rule: "body-base64",
    message:
      "the body has 31 characters and is not base64. A body with bodyEncoding: 'base64' is base64 (RFC 4648 4). Encode bytes with buffer.toString('base64'), not 'base64url' and without a data: prefix.",
  },
  {
    title: "a Buffer as the body",
    event: "origin-response",
    handler: async (event) => Object.assign(responseOf(event), { status: "200", body: Buffer.from("made") }),
    status: 502,
    rule: "body-type",
    message:
      "body is a Buffer. `body` is a string. JSON.stringify() an object; body: buffer.toString('base64') with bodyEncoding: 'base64' for bytes.",
  },
  {
    title: "a callback, as older examples have it",
    event: "viewer-request",
    path: "/index.html",
    handler: (event, _context, callback) => callback?.(null, requestOf(event)),
    status: 503,
    rule: "handler-callback",
    message:
      "the handler takes 3 parameters. From nodejs24.x on a handler takes (event, context) and is async: there is no callback, which nodejs22.x still had. Make it an async function and return what the callback was given.",
  },
  {
    title: "a header that CloudFront keeps for itself",
    event: "viewer-response",
    path: "/index.html",
    handler: async (event) => {
      responseOf(event).headers["x-cache"] = [{ key: "X-Cache", value: "mine" }];
      return responseOf(event);
    },
    status: 502,
    rule: "disallowed-header",
    message:
      "the result has the header x-cache. This header belongs to CloudFront: no function may set it. Leave it out, or use a name of your own.",
  },
  {
    title: "a header as a string",
    event: "viewer-response",
    path: "/index.html",
    handler: async (event) => {
      responseOf(event).headers["x-frame-options"] = "DENY";
      return responseOf(event);
    },
    status: 502,
    rule: "header-array",
    message:
      "headers[\"x-frame-options\"] is a string. Each header is an array with one { key, value } for each of its values. Write headers['x-name'] = [{ key: 'X-Name', value: 'text' }].",
  },
  {
    title: "a header name in title case",
    event: "viewer-response",
    path: "/index.html",
    handler: async (event) => {
      responseOf(event).headers["X-Frame-Options"] = [{ key: "X-Frame-Options", value: "DENY" }];
      return responseOf(event);
    },
    status: 502,
    rule: "header-name-case",
    message:
      'headers has the name "X-Frame-Options". The names in `headers` are in lower case. Put the spelling that you want to be sent into `key`.',
  },
  {
    title: "API Gateway's statusCode",
    event: "origin-request",
    handler: async () => ({ statusCode: 302, headers: {} }),
    status: 502,
    rule: "result-kind",
    message:
      "the result has statusCode, headers. At a request event the result is the request (with `uri`) or a response (with `status`). Return event.Records[0].cf.request, or an object with `status`; `statusCode` is API Gateway's word.",
  },
  {
    title: "a branch without return",
    event: "viewer-request",
    handler: async () => undefined,
    status: 502,
    rule: "result-object",
    message:
      "the function returned undefined. A function returns one object. Look for a branch without `return`, or a promise that is not awaited.",
  },
  {
    title: "an absolute URL as the uri",
    event: "viewer-request",
    handler: async (event) => ({ ...requestOf(event), uri: "https://example.com/a" }),
    status: 502,
    rule: "uri-slash",
    message: 'uri begins with "h". `uri` begins with a slash. It is the path alone, without scheme and host.',
  },
];

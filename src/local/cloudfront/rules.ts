/** Every rule that a function, a request or an origin can break: what CloudFront answers then, and where the rule is written. */

export type FailureOutcome = "LambdaValidationError" | "LambdaExecutionError" | "Error";

interface Rule {
  readonly status: 403 | 414 | 502 | 503 | 504;
  /** In CloudFront's words for `x-cache`. */
  readonly outcome: FailureOutcome;
  /** The page that says so; `assumed` where none does and this is the strict reading. */
  readonly source: string;
  /** The sentence on CloudFront's error page, which says less than our log. */
  readonly page: string;
  readonly requirement: string;
  readonly remedy: string;
}

const guide = "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide";
const restrictions = `${guide}/edge-function-restrictions-all.html`;
const lambdaRestrictions = `${guide}/lambda-at-edge-function-restrictions.html`;
const eventStructure = `${guide}/lambda-event-structure.html`;
const generating = `${guide}/lambda-generating-http-responses.html`;
const quotas = `${guide}/cloudfront-limits.html`;
const badGateway = `${guide}/http-502-bad-gateway.html`;
const unavailable = `${guide}/http-503-service-unavailable.html`;
const gatewayTimeout = `${guide}/http-504-gateway-timeout.html`;
const originHeaders = `${guide}/add-origin-custom-headers.html`;
const behaviorSettings = `${guide}/DownloadDistValuesCacheBehavior.html`;
const lambdaHandler = "https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html";
const fieldValues = "https://www.rfc-editor.org/rfc/rfc9110#section-5.5";
const fieldNames = "https://www.rfc-editor.org/rfc/rfc9110#section-5.1";

// CloudFront's own sentences, as its pages show them.
const failedValidation = "The Lambda function result failed validation:";
const invalidHeaders = "The Lambda function returned an invalid entry in the headers object:";
const readOnly = `${failedValidation} The function tried to add, delete, or change a read-only header.`;
const badBody = `${failedValidation} The body is not a string, is not an object, or exceeds the maximum size.`;
const badRequest = `${failedValidation} The request is invalid.`;
const badOrigin = `${failedValidation} The origin is invalid.`;
const badExecution =
  "The Lambda function associated with the CloudFront distribution is invalid or doesn't have the required permissions.";

const validation = { status: 502, outcome: "LambdaValidationError" } as const;
const execution = { status: 503, outcome: "LambdaExecutionError", page: badExecution } as const;

const changeTheGiven =
  "Change the object that the event holds (event.Records[0].cf.request or .response) and return that one, not a fresh object.";

export const rules = {
  "url-length": {
    status: 414,
    outcome: "Error",
    source: quotas,
    page: "Bad request.",
    requirement: "A URL, path and query string together, has at most 8,192 bytes.",
    remedy: "Shorten it; no function sees a longer one.",
  },
  "method-allowed": {
    status: 403,
    outcome: "Error",
    source: behaviorSettings,
    page: "This distribution is not configured to allow the HTTP request method that was used for this request.",
    requirement: "A behavior answers the methods that its allowedMethods list.",
    remedy: "List the method there if a function or the origin should see it.",
  },

  "origin-unreachable": {
    status: 502,
    outcome: "Error",
    source: badGateway,
    page: "CloudFront wasn't able to connect to the origin.",
    requirement: "An origin answers; what `origin` throws or rejects with is a connection that failed.",
    remedy:
      "Look for the origin's address, port and certificate; resolve with { status, headers, body } for an error of its own.",
  },
  "origin-timeout": {
    status: 504,
    outcome: "Error",
    source: gatewayTimeout,
    page: "CloudFront attempted to establish a connection with the origin, but either the attempt failed or the origin closed the connection.",
    requirement: "An origin answers before the request expires.",
    remedy: "Look for a firewall between, or for what takes the origin so long.",
  },

  "handler-throws": {
    ...execution,
    source: unavailable,
    requirement:
      "A function returns its result; what it throws or rejects with is never shown to the viewer.",
    remedy: "Catch what can be foreseen and return an answer for it.",
  },
  "handler-timeout": {
    ...execution,
    source: quotas,
    requirement: "A function at a viewer event has 5 seconds, at an origin event 30.",
    remedy: "Bound every call that waits, and keep time for the answer.",
  },
  "handler-callback": {
    ...execution,
    source: lambdaHandler,
    requirement:
      "From nodejs24.x on a handler takes (event, context) and is async: there is no callback, which nodejs22.x still had.",
    remedy: "Make it an async function and return what the callback was given.",
  },
  "result-serialisable": {
    ...execution,
    source: lambdaHandler,
    requirement: "Lambda sends the result as JSON.",
    remedy: "Return plain objects without cycles and without BigInt.",
  },

  "result-object": {
    ...validation,
    source: badGateway,
    page: "The Lambda function returned an invalid json: The json output must be an object type.",
    requirement: "A function returns one object.",
    remedy: "Look for a branch without `return`, or a promise that is not awaited.",
  },
  "result-kind": {
    ...validation,
    source: badGateway,
    page: `${failedValidation} The result is neither a request nor a response.`,
    requirement: "At a request event the result is the request (with `uri`) or a response (with `status`).",
    remedy:
      "Return event.Records[0].cf.request, or an object with `status`; `statusCode` is API Gateway's word.",
  },

  "request-shape": {
    ...validation,
    source: eventStructure,
    page: badRequest,
    requirement: "A request has `uri`, `querystring` and `method` as strings and `headers` as an object.",
    remedy: changeTheGiven,
  },
  "request-method": {
    ...validation,
    source: "assumed",
    page: badRequest,
    requirement: "`method` is documented as read-only.",
    remedy: "Leave it as it was; to answer instead of the origin, return a response.",
  },
  "request-client-ip": {
    ...validation,
    source: "assumed",
    page: badRequest,
    requirement: "`clientIp` is documented as read-only.",
    remedy: "Use a header of your own for another address.",
  },
  "uri-slash": {
    ...validation,
    source: eventStructure,
    page: badRequest,
    requirement: "`uri` begins with a slash.",
    remedy: "It is the path alone, without scheme and host.",
  },
  "uri-length": {
    ...validation,
    source: restrictions,
    page: badRequest,
    requirement: "`uri` and `querystring` together stay under 8,192 characters.",
    remedy: "Move what is long into a header that the origin request policy lists.",
  },
  "uri-characters": {
    ...validation,
    source: "assumed",
    page: badRequest,
    requirement: "`uri` has no space, control character, `?` or `#`.",
    remedy: "Percent-encode them; a query string belongs into `querystring`.",
  },
  "querystring-characters": {
    ...validation,
    source: restrictions,
    page: badRequest,
    requirement: "`querystring` has no space, no control character and no `#`.",
    remedy: "Percent-encode them.",
  },

  "headers-object": {
    ...validation,
    source: eventStructure,
    page: `${failedValidation} The headers field is not an object.`,
    requirement: "`headers` is an object of lower-case names.",
    remedy: "Write { 'cache-control': [{ value: 'no-store' }] }.",
  },
  "header-array": {
    ...validation,
    source: badGateway,
    page: `${invalidHeaders} Each header entry in the headers object must be an array.`,
    requirement: "Each header is an array with one { key, value } for each of its values.",
    remedy: "Write headers['x-name'] = [{ key: 'X-Name', value: 'text' }].",
  },
  "header-value": {
    ...validation,
    source: badGateway,
    page: `${invalidHeaders} The value of each header must be a string.`,
    requirement: "Each entry of a header is an object whose `value` is a string.",
    remedy: "Convert numbers with String().",
  },
  "header-name-case": {
    ...validation,
    source: eventStructure,
    page: `${invalidHeaders} The header name must be in lower case.`,
    requirement: "The names in `headers` are in lower case.",
    remedy: "Put the spelling that you want to be sent into `key`.",
  },
  "header-key": {
    ...validation,
    source: eventStructure,
    page: `${invalidHeaders} The header key does not match its name.`,
    requirement: "`key` is the header's own name in any case, or is left out.",
    remedy: "Correct it or leave it out.",
  },
  "header-name-characters": {
    ...validation,
    source: fieldNames,
    page: `${invalidHeaders} The header name has an invalid character.`,
    requirement: "A header's name is a token: letters, digits and !#$%&'*+-.^_`|~",
    remedy: "Choose another name.",
  },
  "header-value-characters": {
    ...validation,
    source: fieldValues,
    page: `${invalidHeaders} The header value has an invalid character.`,
    requirement: "A header's value has no control character but the tab, and no character beyond Latin-1.",
    remedy: "Encode it; a line break from a viewer's input would be a header of the viewer's choice.",
  },
  "disallowed-header": {
    ...validation,
    source: restrictions,
    page: `${failedValidation} The function tried to add a blacklisted header.`,
    requirement: "This header belongs to CloudFront: no function may set it.",
    remedy: "Leave it out, or use a name of your own.",
  },
  "read-only-header-added": {
    ...validation,
    source: restrictions,
    page: readOnly,
    requirement: "CloudFront does not let a function add this header at this event.",
    remedy: "Leave it out: CloudFront sets it by itself.",
  },
  "read-only-header-changed": {
    ...validation,
    source: restrictions,
    page: readOnly,
    requirement: "This header is read-only at this event: it comes back as it was given.",
    remedy: "Do not assign to it.",
  },
  "read-only-header-deleted": {
    ...validation,
    source: restrictions,
    page: readOnly,
    requirement:
      "This header is read-only at this event: it comes back with the result, also with a result of your own.",
    remedy: `Do not delete it. ${changeTheGiven}`,
  },
  "viewer-country-header": {
    ...validation,
    source: lambdaRestrictions,
    page: `${failedValidation} The function tried to add a blacklisted header.`,
    requirement: "A viewer-request function may not add cloudfront-viewer-country.",
    remedy: "Let an origin request policy add it, and read it at an origin event.",
  },

  "response-status": {
    ...validation,
    source: generating,
    page: `${failedValidation} The status field is missing.`,
    requirement: "A response has a `status`; at a response event the result is a response.",
    remedy: `${changeTheGiven} \`statusCode\` is API Gateway's word.`,
  },
  "status-range": {
    ...validation,
    source: generating,
    page: `${failedValidation} The status field is invalid.`,
    requirement: "`status` is a number from 200 to 599, or such a number as text.",
    remedy: "Write status: '200'.",
  },
  "status-description": {
    ...validation,
    source: generating,
    page: `${failedValidation} The status description is invalid.`,
    requirement: "`statusDescription` is text without control characters.",
    remedy: "Leave it out.",
  },
  "body-type": {
    ...validation,
    source: badGateway,
    page: badBody,
    requirement: "`body` is a string.",
    remedy:
      "JSON.stringify() an object; body: buffer.toString('base64') with bodyEncoding: 'base64' for bytes.",
  },
  "body-encoding": {
    ...validation,
    source: generating,
    page: badBody,
    requirement: "`bodyEncoding` is 'text' or 'base64'.",
    remedy: "isBase64Encoded is API Gateway's word.",
  },
  "body-base64": {
    ...validation,
    source: generating,
    page: badBody,
    requirement: "A body with bodyEncoding: 'base64' is base64 (RFC 4648 4).",
    remedy: "Encode bytes with buffer.toString('base64'), not 'base64url' and without a data: prefix.",
  },
  "body-with-204": {
    ...validation,
    source: generating,
    page: badBody,
    requirement: "A 204 that a viewer-request function makes has no body.",
    remedy: "Leave `body` out.",
  },
  "viewer-generated-size": {
    ...validation,
    source: quotas,
    page: badBody,
    requirement:
      "An answer that a function makes at a viewer event has at most 40 KB (40,960 bytes), headers and body.",
    remedy: "Answer at an origin event, or redirect.",
  },
  "origin-generated-size": {
    ...validation,
    source: quotas,
    page: badBody,
    requirement:
      "An answer that a function makes at an origin event has at most 1 MB (1,048,576 bytes), headers and body; base64 counts as the text that it is, a third more than the bytes in it.",
    remedy: "Store it at the origin and redirect: base64 leaves room for about 780,000 bytes.",
  },
  "viewer-response-status": {
    ...validation,
    source: "assumed",
    page: `${failedValidation} The status field is invalid.`,
    requirement: "A viewer-response function cannot modify the status.",
    remedy: "Change it at origin-response.",
  },
  "viewer-response-body": {
    ...validation,
    source: "assumed",
    page: badBody,
    requirement: "A viewer-response function does not replace the body.",
    remedy: "Replace it at origin-response.",
  },

  "origin-at-viewer-request": {
    ...validation,
    source: "assumed",
    page: badOrigin,
    requirement: "`origin` is part of origin events only.",
    remedy: "Choose the origin at origin-request.",
  },
  "origin-one-of": {
    ...validation,
    source: eventStructure,
    page: badOrigin,
    requirement: "`origin` has either `s3` or `custom`, not both.",
    remedy: "Assign a whole new object to request.origin.",
  },
  "origin-member": {
    ...validation,
    source: eventStructure,
    page: badOrigin,
    requirement: "Each member of `origin` has the type and the range that the event structure documents.",
    remedy: "Correct the member that is named.",
  },
  "origin-custom-header": {
    ...validation,
    source: originHeaders,
    page: badOrigin,
    requirement: "`customHeaders` may not have a header that CloudFront cannot add to origin requests.",
    remedy: "Use a name of your own.",
  },
  "origin-header-twice": {
    ...validation,
    source: eventStructure,
    page: badOrigin,
    requirement: "A header is either in request.headers or in the origin's customHeaders, not in both.",
    remedy: "Remove it from one of the two.",
  },
} as const satisfies Record<string, Rule>;

export type RuleId = keyof typeof rules;

export function ruleOf(id: RuleId): Rule {
  return rules[id];
}

/** For each rule a handler that breaks it and nothing else, and where there is a figure one that just keeps it. */

import type { CloudFrontRequestEvent, CloudFrontResponseEvent } from "aws-lambda";
import type { HeaderMap } from "../../../src/edge/event.ts";
import type { EventType } from "../../../src/local/cloudfront/description.ts";
import type { ViewerRequest } from "../../../src/local/cloudfront/events.ts";
import { disallowedHeaders, readOnlyHeaders } from "../../../src/local/cloudfront/header-rules.ts";
import { deniedCustomHeaders } from "../../../src/local/cloudfront/origin-result.ts";
import { type RuleId, ruleOf } from "../../../src/local/cloudfront/rules.ts";
import { type Handler, missing, stored } from "./emulator.ts";

export interface RuleCase {
  readonly rule: RuleId;
  readonly title: string;
  /** Absent where no function runs. */
  readonly event?: EventType;
  readonly breaks: Handler;
  /** The other side of the line: accepted. */
  readonly keeps?: Handler;
  readonly viewer?: Partial<ViewerRequest>;
  readonly viewerThatKeeps?: Partial<ViewerRequest>;
  readonly originHeaders?: HeaderMap;
  /** What the origin throws. */
  readonly originThrows?: unknown;
  /** What the log names. */
  readonly names?: { readonly header?: string; readonly figure?: number; readonly quota?: number };
}

type Value = Readonly<Record<string, unknown>>;

/** The rule with its page, or marked as assumed: how its tests are named. */
export function nameOf({ rule }: RuleCase): string {
  const { source } = ruleOf(rule);
  return `${rule} (${source === "assumed" ? source : source.replace(/^.*\/|\.html$/gu, "")})`;
}

/** The request, or the response, that the event holds. */
export function given(event: CloudFrontRequestEvent | CloudFrontResponseEvent): Record<string, unknown> & {
  headers: Record<string, unknown>;
} {
  const cf: Value = Object(event.Records[0]?.cf);
  return Object(cf.response ?? cf.request);
}

/** Returns what was given with other members; `undefined` removes one. */
const amended =
  (changes: Value): Handler =>
  async (event) => ({ ...given(event), ...changes });

/** Returns what was given with another header; `undefined` removes it. */
const withHeader =
  (name: string, entries: unknown): Handler =>
  async (event) => ({ ...given(event), headers: { ...given(event).headers, [name]: entries } });

const returning =
  (value: unknown): Handler =>
  async () =>
    value;

const events = Object.keys(readOnlyHeaders) as EventType[];
const requestEvents = ["viewer-request", "origin-request"] as const;

const never: Handler = () => new Promise(() => {});

function execution(): RuleCase[] {
  return events.flatMap((event): RuleCase[] => [
    {
      rule: "handler-throws",
      title: "an exception",
      event,
      breaks: () => {
        throw new TypeError("cannot read properties of undefined");
      },
    },
    {
      rule: "handler-throws",
      title: "a rejected promise",
      event,
      breaks: () => Promise.reject(new Error("no")),
    },
    { rule: "handler-throws", title: "a thrown string", event, breaks: () => Promise.reject("no") },
    {
      rule: "handler-timeout",
      title: "a promise that is never settled",
      event,
      breaks: never,
      names: { figure: event.startsWith("viewer") ? 5_000 : 30_000 },
    },
    {
      rule: "handler-callback",
      title: "a handler with a callback",
      event,
      breaks: ((
        received: CloudFrontRequestEvent,
        _context: unknown,
        callback: (e: null, r: unknown) => void,
      ) => callback(null, given(received))) as unknown as Handler,
      keeps: async (received, _context) => given(received),
      names: { figure: 3, quota: 2 },
    },
    {
      rule: "result-serialisable",
      title: "a BigInt",
      event,
      breaks: amended({ size: 10n }),
      keeps: amended({ size: 10 }),
    },
    {
      rule: "result-serialisable",
      title: "a cycle",
      event,
      breaks: async (received) => {
        const result = { ...given(received), self: {} };
        result.self = result;
        return result;
      },
    },
    ...[undefined, null, "text", 200, true, []].map(
      (value): RuleCase => ({
        rule: "result-object",
        title: `the result ${JSON.stringify(value)}`,
        event,
        breaks: returning(value),
      }),
    ),
  ]);
}

function requests(): RuleCase[] {
  return requestEvents.flatMap((event): RuleCase[] => [
    {
      rule: "result-kind",
      title: "API Gateway's statusCode",
      event,
      breaks: returning({ statusCode: 200, body: "" }),
    },
    { rule: "result-kind", title: "the whole event", event, breaks: async (received) => received },
    { rule: "result-kind", title: "an empty object", event, breaks: returning({}) },
    { rule: "request-shape", title: "no querystring", event, breaks: amended({ querystring: undefined }) },
    { rule: "request-shape", title: "a URL object", event, breaks: amended({ uri: new URL("http://a/b") }) },
    { rule: "request-shape", title: "no method", event, breaks: amended({ method: undefined }) },
    {
      rule: "request-method",
      title: "POST for GET",
      event,
      breaks: amended({ method: "POST" }),
      keeps: amended({ method: "GET" }),
    },
    {
      rule: "request-client-ip",
      title: "another address",
      event,
      breaks: amended({ clientIp: "192.0.2.1" }),
      keeps: amended({ clientIp: "203.0.113.178" }),
    },
    {
      rule: "uri-slash",
      title: "a relative path",
      event,
      breaks: amended({ uri: "index.html" }),
      keeps: amended({ uri: "/index.html" }),
    },
    { rule: "uri-slash", title: "an absolute URL", event, breaks: amended({ uri: "https://example.com/" }) },
    { rule: "uri-slash", title: "an empty path", event, breaks: amended({ uri: "" }) },
    {
      rule: "uri-length",
      title: "8,192 characters in the path",
      event,
      breaks: amended({ uri: `/${"a".repeat(8_191)}` }),
      keeps: amended({ uri: `/${"a".repeat(8_190)}` }),
      names: { figure: 8_192, quota: 8_191 },
    },
    {
      rule: "uri-length",
      title: "8,192 characters with the query string",
      event,
      breaks: amended({ uri: "/a", querystring: "b".repeat(8_189) }),
      keeps: amended({ uri: "/a", querystring: "b".repeat(8_188) }),
      names: { figure: 8_192, quota: 8_191 },
    },
    ...[" ", "\n", "\u007f", "?", "#"].map(
      (character): RuleCase => ({
        rule: "uri-characters",
        title: JSON.stringify(character),
        event,
        breaks: amended({ uri: `/a${character}b` }),
        keeps: amended({ uri: `/a${encodeURIComponent(character)}b` }),
        names: { figure: 2 },
      }),
    ),
    ...[" ", "\t", "\u0000", "#"].map(
      (character): RuleCase => ({
        rule: "querystring-characters",
        title: JSON.stringify(character),
        event,
        breaks: amended({ querystring: `a=${character}` }),
        keeps: amended({ querystring: `a=${encodeURIComponent(character)}?` }),
        names: { figure: 2 },
      }),
    ),
  ]);
}

function headers(): RuleCase[] {
  return events.flatMap((event): RuleCase[] => [
    { rule: "headers-object", title: "a list of headers", event, breaks: amended({ headers: [] }) },
    { rule: "headers-object", title: "text", event, breaks: amended({ headers: "x: y" }) },
    {
      rule: "header-array",
      title: "a plain string",
      event,
      breaks: withHeader("x-name", "text"),
      keeps: withHeader("x-name", [{ value: "text" }]),
      names: { header: "x-name" },
    },
    {
      rule: "header-array",
      title: "one object",
      event,
      breaks: withHeader("x-name", { value: "text" }),
      names: { header: "x-name" },
    },
    {
      rule: "header-value",
      title: "a number",
      event,
      breaks: withHeader("x-name", [{ value: 1 }]),
      keeps: withHeader("x-name", [{ value: "1" }]),
      names: { header: "x-name" },
    },
    {
      rule: "header-value",
      title: "a string for the entry",
      event,
      breaks: withHeader("x-name", ["text"]),
      names: { header: "x-name" },
    },
    {
      rule: "header-value",
      title: "an entry without a value",
      event,
      breaks: withHeader("x-name", [{ key: "X-Name" }]),
      names: { header: "x-name" },
    },
    {
      rule: "header-name-case",
      title: "capitals in the name",
      event,
      breaks: withHeader("X-Name", [{ value: "a" }]),
      keeps: withHeader("x-name", [{ key: "X-Name", value: "a" }]),
      names: { header: "x-name" },
    },
    {
      rule: "header-key",
      title: "another header's key",
      event,
      breaks: withHeader("x-name", [{ key: "X-Other", value: "a" }]),
      keeps: withHeader("x-name", [{ key: "x-NAME", value: "a" }]),
      names: { header: "x-name" },
    },
    {
      rule: "header-key",
      title: "a key that is no text",
      event,
      breaks: withHeader("x-name", [{ key: 1, value: "a" }]),
      names: { header: "x-name" },
    },
    {
      rule: "header-name-characters",
      title: "a space",
      event,
      breaks: withHeader("x name", [{ value: "a" }]),
      names: { header: "x name" },
    },
    {
      rule: "header-name-characters",
      title: "an empty name",
      event,
      breaks: withHeader("", [{ value: "a" }]),
      names: { header: "" },
    },
    {
      rule: "header-value-characters",
      title: "a line break",
      event,
      breaks: withHeader("x-name", [{ value: "a\r\nset-cookie: b" }]),
      keeps: withHeader("x-name", [{ value: "a\tb" }]),
      names: { header: "x-name", figure: 1 },
    },
    {
      rule: "header-value-characters",
      title: "a character beyond Latin-1",
      event,
      breaks: withHeader("x-name", [{ value: "사진" }]),
      keeps: withHeader("x-name", [{ value: "café" }]),
      names: { header: "x-name", figure: 0 },
    },
    ...disallowedHeaders
      .map((name) => name.replace("*", "any"))
      .map(
        (header): RuleCase => ({
          rule: "disallowed-header",
          title: header,
          event,
          breaks: withHeader(header, [{ value: "a" }]),
          names: { header },
        }),
      ),
    ...readOnlyHeaders[event].flatMap((header) => readOnly(event, header)),
  ]);
}

// `via` is CloudFront's own at origin-request; the length is always known, and chunks are gone, before viewer-response.
const alwaysGiven = ["origin-request via", "viewer-response content-length"];
const neverGiven = ["viewer-response transfer-encoding"];
const everyHeader = Object.fromEntries(
  [...new Set(Object.values(readOnlyHeaders).flat())].map((name) => [
    name,
    name === "content-length" ? "17" : "1",
  ]),
);

function readOnly(event: EventType, header: string): RuleCase[] {
  const names = { header };
  const place = `${event} ${header}`;
  const withAll = {
    viewer: { headers: { host: "www.example.com", ...everyHeader } },
    originHeaders: everyHeader,
  };
  const added: RuleCase = {
    rule: "read-only-header-added",
    title: header,
    event,
    viewer: { headers: {} },
    breaks: withHeader(header, [{ value: "2" }]),
    names,
  };
  const touched: RuleCase[] = [
    {
      rule: "read-only-header-changed",
      title: header,
      event,
      ...withAll,
      breaks: withHeader(header, [{ value: "2" }]),
      keeps: amended({}),
      names,
    },
    {
      rule: "read-only-header-deleted",
      title: header,
      event,
      ...withAll,
      breaks: withHeader(header, undefined),
      names,
    },
  ];
  return [...(alwaysGiven.includes(place) ? [] : [added]), ...(neverGiven.includes(place) ? [] : touched)];
}

const fresh = (changes: Value = {}): Value => ({ status: "200", headers: {}, body: "made", ...changes });

/** A response with a header that brings headers and body to this size. */
const ofSize = (bytes: number, encoding?: "base64"): Value => {
  // "x-a: b\r\n" has 8 bytes.
  const body = encoding === undefined ? "a".repeat(bytes - 8) : "A".repeat(bytes - 8);
  return {
    status: "200",
    headers: { "x-a": [{ value: "b" }] },
    body,
    ...(encoding && { bodyEncoding: encoding }),
  };
};

const sizes = {
  "viewer-request": { rule: "viewer-generated-size", quota: 40_960 },
  "origin-request": { rule: "origin-generated-size", quota: 1_048_576 },
  "origin-response": { rule: "origin-generated-size", quota: 1_048_576 },
} as const;

/** Read-only and disallowed hold for an answer that a request function makes as well. */
function generatedHeaders(): RuleCase[] {
  return requestEvents.flatMap((event): RuleCase[] => [
    {
      rule: "read-only-header-added",
      title: "content-length of its own answer",
      event,
      breaks: returning(fresh({ headers: { "content-length": [{ value: "4" }] } })),
      keeps: returning(fresh({ headers: { "content-type": [{ value: "text/plain" }] } })),
      names: { header: "content-length" },
    },
    {
      rule: "disallowed-header",
      title: "x-cache on its own answer",
      event,
      breaks: returning(fresh({ headers: { "x-cache": [{ value: "Hit" }] } })),
      names: { header: "x-cache" },
    },
  ]);
}

function generated(): RuleCase[] {
  return (["viewer-request", "origin-request", "origin-response"] as const).flatMap((event): RuleCase[] => {
    const { rule, quota } = sizes[event];
    // The response that is given at origin-response has no read-only header here.
    const answer = (changes: Value = {}): Handler => returning(fresh(changes));
    return [
      {
        rule,
        title: "one byte over the quota",
        event,
        breaks: returning(ofSize(quota + 1)),
        keeps: returning(ofSize(quota)),
        names: { figure: quota + 1, quota },
      },
      {
        rule,
        title: "base64-size (assumed), base64 over the quota, whose bytes are under it",
        event,
        breaks: returning(ofSize(quota + 4, "base64")),
        keeps: returning(ofSize(quota, "base64")),
        names: { figure: quota + 4, quota },
      },
      {
        rule,
        title: "bytes of UTF-8 over the quota",
        event,
        breaks: returning(fresh({ body: "é".repeat(quota / 2 + 1) })),
        keeps: returning(fresh({ body: "é".repeat(quota / 2) })),
        names: { figure: quota + 2, quota },
      },
      ...[199, 600, "199", "600", "OK", "", "2e2", 200.5, true, "0200"].map(
        (status): RuleCase => ({
          rule: "status-range",
          title: JSON.stringify(status),
          event,
          breaks: answer({ status }),
        }),
      ),
      {
        rule: "status-range",
        title: "599 is the last one",
        event,
        breaks: answer({ status: 600 }),
        keeps: answer({ status: 599 }),
        names: { figure: 600 },
      },
      {
        rule: "status-range",
        title: "200 is the first one",
        event,
        breaks: answer({ status: "199" }),
        keeps: answer({ status: "200" }),
        names: { figure: 199 },
      },
      {
        rule: "status-description",
        title: "a line break",
        event,
        breaks: answer({ statusDescription: "a\nb" }),
        keeps: answer({ statusDescription: "a b" }),
      },
      { rule: "status-description", title: "a number", event, breaks: answer({ statusDescription: 1 }) },
      {
        rule: "body-type",
        title: "an object",
        event,
        breaks: answer({ body: { a: 1 } }),
        keeps: answer({ body: '{"a":1}' }),
      },
      { rule: "body-type", title: "a Buffer", event, breaks: answer({ body: Buffer.from("a") }) },
      { rule: "body-type", title: "null", event, breaks: answer({ body: null }) },
      {
        rule: "body-encoding",
        title: "base64url",
        event,
        breaks: answer({ bodyEncoding: "base64url" }),
        keeps: answer({ bodyEncoding: "text" }),
      },
      ...["YQ", "YQ=", "Y Q==", "YQ==\n", "-_-_", "data:;base64,YQ=="].map(
        (body): RuleCase => ({
          rule: "body-base64",
          title: JSON.stringify(body),
          event,
          breaks: answer({ body, bodyEncoding: "base64" }),
          keeps: answer({ body: "YQ==", bodyEncoding: "base64" }),
          names: { figure: body.length },
        }),
      ),
    ];
  });
}

const s3 = {
  authMethod: "none",
  customHeaders: {},
  domainName: "my-bucket.s3.amazonaws.com",
  path: "/s3_path",
};
const custom = {
  customHeaders: {},
  domainName: "example.com",
  keepaliveTimeout: 5,
  path: "/custom_path",
  port: 443,
  protocol: "https",
  readTimeout: 5,
  sslProtocols: ["TLSv1.2"],
};

function origins(): RuleCase[] {
  const event = "origin-request";
  const wrong: readonly (readonly [kind: "s3" | "custom", changes: Value, keeps: Value])[] = [
    ["s3", { authMethod: "origin-access-control" }, { authMethod: "none" }],
    ["s3", { domainName: "My-Bucket.s3.amazonaws.com" }, { domainName: "my-bucket.s3.amazonaws.com" }],
    ["s3", { domainName: "a".repeat(129) }, { domainName: "a".repeat(128) }],
    ["s3", { path: "/folder/" }, { path: "/folder" }],
    ["s3", { path: "folder" }, { path: "" }],
    ["s3", { region: 1 }, { region: "eu-west-1" }],
    ["s3", { customHeaders: [] }, { customHeaders: { "x-mine": [{ value: "a" }] } }],
    ["custom", { domainName: "example.com:8443" }, { domainName: "example.com" }],
    ["custom", { domainName: "192.0.2.1" }, { domainName: "192.0.2.example" }],
    ["custom", { domainName: "a".repeat(254) }, { domainName: "a".repeat(253) }],
    ["custom", { domainName: "" }, { domainName: "a" }],
    ["custom", { keepaliveTimeout: 61 }, { keepaliveTimeout: 60 }],
    ["custom", { keepaliveTimeout: 0 }, { keepaliveTimeout: 1 }],
    ["custom", { readTimeout: 3 }, { readTimeout: 4 }],
    ["custom", { readTimeout: 61 }, { readTimeout: 60 }],
    ["custom", { path: `/${"a".repeat(255)}` }, { path: `/${"a".repeat(254)}` }],
    ["custom", { port: 1_023 }, { port: 1_024 }],
    ["custom", { port: "443" }, { port: 80 }],
    ["custom", { protocol: "ftp" }, { protocol: "http" }],
    ["custom", { sslProtocols: ["TLSv1.3"] }, { sslProtocols: ["TLSv1.2", "TLSv1.1"] }],
  ];
  const members = { s3, custom };
  return [
    {
      rule: "origin-at-viewer-request",
      title: "another bucket",
      event: "viewer-request",
      breaks: amended({ origin: { s3 } }),
    },
    {
      rule: "origin-one-of",
      title: "both",
      event,
      breaks: amended({ origin: { s3, custom } }),
      keeps: amended({ origin: { custom } }),
    },
    { rule: "origin-one-of", title: "neither", event, breaks: amended({ origin: {} }) },
    { rule: "origin-one-of", title: "a domain name", event, breaks: amended({ origin: "example.com" }) },
    {
      rule: "origin-one-of",
      title: "a word that is none",
      event,
      breaks: amended({ origin: { http: custom } }),
    },
    ...wrong.map(
      ([kind, changes, keeps]): RuleCase => ({
        rule: "origin-member",
        title: `${kind} ${Object.keys(changes).join()} ${JSON.stringify(Object.values(changes)[0]).slice(0, 40)}`,
        event,
        breaks: amended({ origin: { [kind]: { ...members[kind], ...changes } } }),
        keeps: amended({ origin: { [kind]: { ...members[kind], ...keeps } } }),
      }),
    ),
    ...deniedCustomHeaders
      .map((name) => name.replace("*", "any"))
      // What no function may set at all, or not at this event, is the business of those rules.
      .filter((name) => !disallowedHeaders.includes(name) && !readOnlyHeaders[event].includes(name))
      .filter((name) => !name.startsWith("x-edge-"))
      .map(
        (header): RuleCase => ({
          rule: "origin-custom-header",
          title: header,
          event,
          breaks: amended({ origin: { s3: { ...s3, customHeaders: { [header]: [{ value: "a" }] } } } }),
          names: { header },
        }),
      ),
    {
      rule: "origin-header-twice",
      title: "a header of the request",
      event,
      breaks: async (received) => ({
        ...given(received),
        headers: { ...given(received).headers, "x-mine": [{ value: "a" }] },
        origin: { s3: { ...s3, customHeaders: { "x-mine": [{ value: "a" }] } } },
      }),
      names: { header: "x-mine" },
    },
  ];
}

export const ruleCases: readonly RuleCase[] = [
  {
    rule: "url-length",
    title: "8,193 bytes",
    breaks: amended({}),
    viewer: { path: "/a", queryString: "b".repeat(8_190) },
    viewerThatKeeps: { path: "/a", queryString: "b".repeat(8_189) },
    keeps: amended({}),
    names: { figure: 8_193, quota: 8_192 },
  },
  {
    rule: "method-allowed",
    title: "a method that is not listed",
    breaks: amended({}),
    viewer: { method: "PURGE" },
    viewerThatKeeps: { method: "DELETE" },
    keeps: amended({}),
  },
  {
    rule: "origin-unreachable",
    title: "a connection that is refused",
    breaks: amended({}),
    originThrows: Object.assign(new Error("connect ECONNREFUSED 127.0.0.1:1"), { code: "ECONNREFUSED" }),
  },
  {
    rule: "origin-timeout",
    title: "a connection that times out",
    breaks: amended({}),
    originThrows: Object.assign(new Error("connect ETIMEDOUT 192.0.2.1:443"), { code: "ETIMEDOUT" }),
  },
  ...execution(),
  ...requests(),
  ...headers(),
  {
    rule: "viewer-country-header",
    title: "cloudfront-viewer-country",
    event: "viewer-request",
    breaks: withHeader("cloudfront-viewer-country", [{ value: "DE" }]),
    keeps: withHeader("x-country", [{ value: "DE" }]),
    names: { header: "cloudfront-viewer-country" },
  },
  {
    rule: "response-status",
    title: "a response without a status",
    event: "origin-response",
    breaks: amended({ status: undefined }),
  },
  {
    rule: "response-status",
    title: "API Gateway's statusCode",
    event: "origin-response",
    breaks: returning({ statusCode: 200 }),
  },
  {
    rule: "response-status",
    title: "the request",
    event: "viewer-response",
    breaks: async (event) => event.Records[0]?.cf.request,
  },
  ...generated(),
  ...generatedHeaders(),
  {
    rule: "body-with-204",
    title: "a body",
    event: "viewer-request",
    breaks: returning({ status: 204, body: "a" }),
    keeps: returning({ status: 204 }),
    names: { figure: 1 },
  },
  {
    rule: "viewer-generated-size",
    title: "headers over the quota",
    event: "viewer-response",
    breaks: withHeader("x-large", [{ value: "a".repeat(41_000) }]),
  },
  {
    rule: "viewer-response-status",
    title: "404 for 200",
    event: "viewer-response",
    breaks: amended({ status: "404" }),
    keeps: amended({ status: 200 }),
  },
  {
    rule: "viewer-response-body",
    title: "another body",
    event: "viewer-response",
    breaks: amended({ body: "a" }),
    keeps: amended({ body: undefined }),
  },
  ...origins(),
];

/** What the origin answers in a case. */
export function originAnswer({ event, originHeaders, originThrows }: RuleCase) {
  if (originThrows !== undefined) throw originThrows;
  const answer = event === "origin-response" && originHeaders !== undefined ? missing : stored;
  return { ...answer, headers: { ...answer.headers, ...originHeaders } };
}

/** The `origin` of a request that origin-request returned ("Lambda@Edge event structure", custom and S3 origin). */

import type { CloudFrontHeaders, CloudFrontOrigin } from "aws-lambda";
import type { HeaderMap } from "../../edge/event.ts";
import { readResultHeaders } from "./result-headers.ts";
import { RuleBreach } from "./rule-breach.ts";
import { describe } from "./wording.ts";

interface Member {
  readonly expected: string;
  isValid(value: unknown): boolean;
}

const isIntegerBetween = (value: unknown, least: number, most: number) =>
  Number.isInteger(value) && Number(value) >= least && Number(value) <= most;

const path: Member = {
  expected: "'' or a path of at most 255 characters that begins with a slash and does not end with one",
  isValid: (value) => typeof value === "string" && /^(?:|\/.{0,253}[^/])$/su.test(value),
};

const customHeaders: Member = {
  expected: "an object of headers",
  isValid: (value) => describe(value) === "an object",
};

const sslProtocols = ["TLSv1.2", "TLSv1.1", "TLSv1", "SSLv3"];

const members: Readonly<Record<"s3" | "custom", Readonly<Record<string, Member>>>> = {
  s3: {
    authMethod: {
      expected: "'origin-access-identity' or 'none'",
      isValid: (value) => value === "origin-access-identity" || value === "none",
    },
    customHeaders,
    domainName: {
      expected: "a bucket's domain name in lower case, at most 128 characters",
      isValid: (value) => typeof value === "string" && /^[a-z0-9.-]{1,128}$/u.test(value),
    },
    path,
    region: {
      expected: "a Region, which authMethod 'none' does without",
      isValid: (value) => value === undefined || typeof value === "string",
    },
  },
  custom: {
    customHeaders,
    domainName: {
      expected: "a domain name of at most 253 characters, no IPv4 address, without a colon",
      isValid: (value) =>
        typeof value === "string" && /^[^:]{1,253}$/u.test(value) && !/^\d+\.\d+\.\d+\.\d+$/u.test(value),
    },
    keepaliveTimeout: { expected: "1 to 60 seconds", isValid: (value) => isIntegerBetween(value, 1, 60) },
    path,
    port: {
      expected: "80, 443, or 1024 to 65535",
      isValid: (value) => value === 80 || value === 443 || isIntegerBetween(value, 1_024, 65_535),
    },
    protocol: { expected: "'http' or 'https'", isValid: (value) => value === "http" || value === "https" },
    readTimeout: { expected: "4 to 60 seconds", isValid: (value) => isIntegerBetween(value, 4, 60) },
    sslProtocols: {
      expected: `an array of ${sslProtocols.join(", ")}`,
      isValid: (value) => Array.isArray(value) && value.every((name) => sslProtocols.includes(name)),
    },
  },
};

/** "Custom headers that CloudFront can't add to origin requests"; `*` ends a prefix. */
export const deniedCustomHeaders: readonly string[] = [
  "cache-control",
  "connection",
  "content-length",
  "cookie",
  "host",
  "if-match",
  "if-modified-since",
  "if-none-match",
  "if-range",
  "if-unmodified-since",
  "max-forwards",
  "pragma",
  "proxy-authorization",
  "proxy-connection",
  "range",
  "request-range",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "via",
  "x-amz-*",
  "x-edge-*",
  "x-real-ip",
];

/**
 * @param headers of the result
 * @param given those that the function was shown: what the viewer sent and the function left is not its doing
 * @throws RuleBreach
 */
export function readOrigin(
  origin: unknown,
  headers: HeaderMap,
  given: HeaderMap,
): { readonly origin?: CloudFrontOrigin } {
  if (origin === undefined) return {};
  const kinds = describe(origin) === "an object" ? Object.entries(Object(origin)) : [];
  const [kind, ...others] = kinds.filter(([, value]) => value !== undefined);
  if (kind === undefined || others.length > 0 || (kind[0] !== "s3" && kind[0] !== "custom")) {
    const found = kinds.map(([name]) => name).join(" and ") || describe(origin);
    throw new RuleBreach("origin-one-of", `origin has ${found}`);
  }
  const [name, value] = kind;
  for (const [member, { expected, isValid }] of Object.entries(members[name])) {
    const received = Object(value)[member];
    if (!isValid(received)) {
      throw new RuleBreach(
        "origin-member",
        `origin.${name}.${member} is ${show(received)}, expected ${expected}`,
      );
    }
  }
  requireCustomHeaders(Object(value).customHeaders, headers, given);
  // As Lambda sends it: nothing of the function's own objects is kept.
  return { origin: JSON.parse(JSON.stringify({ [name]: value })) };
}

function show(value: unknown): string {
  return typeof value === "string" || typeof value === "number" ? JSON.stringify(value) : describe(value);
}

function requireCustomHeaders(customHeaders: CloudFrontHeaders, headers: HeaderMap, given: HeaderMap): void {
  const custom = readResultHeaders(customHeaders, { eventType: "origin-request", given: {} });
  for (const header in custom) {
    if (deniedCustomHeaders.some((denied) => isNamedBy(denied, header))) {
      throw new RuleBreach("origin-custom-header", `customHeaders has ${header}`, { header });
    }
    if (headers[header] !== undefined && headers[header] !== given[header]) {
      throw new RuleBreach("origin-header-twice", `${header} is in both`, { header });
    }
  }
}

function isNamedBy(denied: string, header: string): boolean {
  return denied.endsWith("*") ? header.startsWith(denied.slice(0, -1)) : header === denied;
}

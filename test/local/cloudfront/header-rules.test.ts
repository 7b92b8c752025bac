/**
 * Why the lists are written out once more: the cases of the rules are made from the tables, so a name that is lost there
 * would be missed by nobody.
 */

import { describe, expect, it } from "vitest";
import {
  disallowedHeaders,
  readOnlyHeaders,
  visibleHeaders,
} from "../../../src/local/cloudfront/header-rules.ts";
import { deniedCustomHeaders } from "../../../src/local/cloudfront/origin-result.ts";
import { functionQuotas, uriCharacters, urlBytes } from "../../../src/local/cloudfront/quotas.ts";

const listed = (text: string) => text.trim().toLowerCase().split(/\s+/u).sort();

// "Restrictions on all edge functions", in its spelling.
describe("the list of", () => {
  it("disallowed headers is the page's", () => {
    expect([...disallowedHeaders].sort()).toEqual(
      listed(`Connection Expect Keep-Alive Proxy-Authenticate Proxy-Authorization Proxy-Connection Trailer Upgrade
        X-Accel-Buffering X-Accel-Charset X-Accel-Limit-Rate X-Accel-Redirect X-Amz-Cf-* X-Amzn-Auth
        X-Amzn-Cf-Billing X-Amzn-Cf-Id X-Amzn-Cf-Xff X-Amzn-Errortype X-Amzn-Fle-Profile X-Amzn-Header-Count
        X-Amzn-Header-Order X-Amzn-Lambda-Integration-Tag X-Amzn-RequestId X-Cache X-Edge-* X-Forwarded-Proto
        X-Real-IP`),
    );
  });

  it.each([
    ["viewer-request", "CDN-Loop Content-Length Host Transfer-Encoding Via"],
    [
      "origin-request",
      `Accept-Encoding CDN-Loop Content-Length If-Modified-Since If-None-Match If-Range If-Unmodified-Since
        Transfer-Encoding Via`,
    ],
    ["origin-response", "Transfer-Encoding Via"],
    ["viewer-response", "Warning Via Content-Length Content-Encoding Transfer-Encoding"],
  ] as const)("read-only headers at %s is the page's", (event, names) => {
    expect([...readOnlyHeaders[event]].sort()).toEqual(listed(names));
  });

  // "Custom headers that CloudFront can't add to origin requests".
  it("custom headers that an origin cannot have is the page's", () => {
    expect([...deniedCustomHeaders].sort()).toEqual(
      listed(`Cache-Control Connection Content-Length Cookie Host If-Match If-Modified-Since If-None-Match If-Range
        If-Unmodified-Since Max-Forwards Pragma Proxy-Authorization Proxy-Connection Range Request-Range TE Trailer
        Transfer-Encoding Upgrade Via X-Amz-* X-Edge-* X-Real-Ip`),
    );
  });
});

describe("a function is not shown", () => {
  it("what is disallowed, by name or by prefix", () => {
    const headers = {
      host: "h",
      connection: "close",
      "x-edge-location": "a",
      "x-amz-cf-id": "b",
      "x-amz-meta-a": "c",
    };
    expect(visibleHeaders(headers)).toEqual({ host: "h", "x-amz-meta-a": "c" });
  });
});

// "Quotas on Lambda@Edge" and "Quotas on CloudFront", in the strict reading.
describe("the quotas", () => {
  it.each([
    ["viewer-request", 128, 5_000, 40_960],
    ["origin-request", 10_240, 30_000, 1_048_576],
    ["origin-response", 10_240, 30_000, 1_048_576],
    ["viewer-response", 128, 5_000, 40_960],
  ] as const)(
    "of %s are %i MB, %i ms and %i bytes of answer",
    (event, memoryMegabytes, timeoutMilliseconds, generatedResponseBytes) => {
      expect(functionQuotas[event]).toEqual({
        memoryMegabytes,
        timeoutMilliseconds,
        generatedResponseBytes,
      });
    },
  );

  it("of an address are 8,192", () => {
    expect([uriCharacters, urlBytes]).toEqual([8_192, 8_192]);
  });
});

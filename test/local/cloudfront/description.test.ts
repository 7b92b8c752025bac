import { describe, expect, it } from "vitest";
import { errorCachingMinTTL } from "../../../src/local/cloudfront/description.ts";
import { imgsealDistribution } from "../../../src/local/cloudfront/imgseal-distribution.ts";
import { createEmulator, type Setting } from "./emulator.ts";

const { defaultCacheBehavior, origins } = imgsealDistribution;

describe("a description is refused, with all that is wrong, when", () => {
  it.each([
    [
      "an origin is not there",
      { behavior: { targetOriginId: "other" } },
      'expected an origin with the id "other"',
    ],
    [
      "its lifetimes contradict one another",
      { behavior: { cachePolicy: { ...defaultCacheBehavior.cachePolicy, minTTL: 90_000 } } },
      "expected 0 <= minTTL <= defaultTTL <= maxTTL",
    ],
    [
      "an event has two functions",
      {
        handlers: { "viewer-request": async () => undefined },
        behavior: {
          lambdaFunctionAssociations: [1, 2].map(() => ({
            eventType: "viewer-request" as const,
            lambdaFunctionARN: "viewer-request-function",
          })),
        },
      },
      "expected at most one function for each event",
    ],
    [
      "a function is not there",
      { behavior: { lambdaFunctionAssociations: defaultCacheBehavior.lambdaFunctionAssociations } },
      'expected a function "origin-response"',
    ],
    [
      "its methods are no set of CloudFront's",
      { behavior: { allowedMethods: ["GET", "POST"] } },
      "expected allowedMethods to be GET, HEAD; or these and OPTIONS; or all seven",
    ],
    [
      "its cached methods are no set of CloudFront's",
      { behavior: { cachedMethods: ["GET"] } },
      "expected cachedMethods to be GET, HEAD; or these and OPTIONS",
    ],
    [
      "it keeps a method that it does not allow",
      { behavior: { allowedMethods: ["GET", "HEAD"], cachedMethods: ["GET", "HEAD", "OPTIONS"] } },
      "expected cachedMethods to be among allowedMethods",
    ],
    [
      "a lifetime is negative",
      { behavior: { cachePolicy: { ...defaultCacheBehavior.cachePolicy, minTTL: -1 } } },
      "expected 0 <= minTTL <= defaultTTL <= maxTTL",
    ],
    [
      "an event is misspelt",
      {
        behavior: {
          lambdaFunctionAssociations: JSON.parse(
            '[{ "eventType": "viewer-requests", "lambdaFunctionARN": "viewer-request-function" }]',
          ),
        },
        handlers: { "viewer-request": async () => undefined },
      },
      'expected an event of viewer-request, origin-request, origin-response, viewer-response, received "viewer-requests" (did you mean "viewer-request"?)',
    ],
    [
      "the viewer's Host would go to S3 with a signature for another one",
      {
        behavior: {
          originRequestPolicy: {
            name: "AllViewer",
            headers: { behavior: "all" as const },
            cookies: { behavior: "none" as const },
            queryStrings: { behavior: "none" as const },
          },
        },
      },
      "expected the viewer's Host not to be forwarded: S3 refuses a request that is signed for another host",
    ],
  ])("%s", (_case, setting, problem) => {
    expect(() => createEmulator(setting)).toThrow(`the default behavior: ${problem}`);
  });

  const [origin] = origins;
  const twoBehaviors = ["/a/*", "a/*"].map((pathPattern) => ({
    ...defaultCacheBehavior,
    pathPattern,
    lambdaFunctionAssociations: [],
  }));
  it.each<[string, Setting, string]>([
    [
      "two behaviors have one pattern",
      { description: { cacheBehaviors: twoBehaviors } },
      'expected one behavior for each path pattern, received "/a/*" again',
    ],
    [
      "two origins have one id",
      { description: { origins: [...origins, ...origins] } },
      'expected one origin for each id, received "derivatives" again',
    ],
    [
      "an error has a code that CloudFront takes nothing for",
      { description: { customErrorResponses: [{ errorCode: 418, errorCachingMinTTL: 1 }] } },
      "expected an errorCode of 400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504, received 418",
    ],
    [
      "an error is listed twice",
      {
        description: {
          customErrorResponses: [1, 2].map((errorCachingMinTTL) => ({ errorCode: 404, errorCachingMinTTL })),
        },
      },
      "expected one custom error response for each code, received 404 again",
    ],
    [
      "an error's lifetime is negative",
      { description: { customErrorResponses: [{ errorCode: 404, errorCachingMinTTL: -1 }] } },
      "expected errorCachingMinTTL of 404 to be 0 or more, received -1",
    ],
    ...["folder", "/folder/", "/"].map((originPath): [string, Setting, string] => [
      `the origin's path is ${originPath}`,
      { description: { origins: origin === undefined ? [] : [{ ...origin, originPath }] } },
      `origin "derivatives": expected originPath to be empty, or to begin with a slash and not to end with one, received "${originPath}"`,
    ]),
    [
      "there is no edge location",
      { options: { pops: JSON.parse("[]") } },
      "expected at least one edge location in pops, received none",
    ],
    ...[0, -1, 1.5, Number.NaN].map((cacheBytes): [string, Setting, string] => [
      `its caches have ${cacheBytes} bytes`,
      { options: { cacheBytes } },
      `expected cacheBytes to be a positive integer, received ${cacheBytes}`,
    ]),
  ])("%s", (_case, setting, problem) => {
    expect(() => createEmulator(setting)).toThrow(new TypeError(problem));
  });

  it("several behaviors are wrong", () => {
    const cacheBehaviors = [{ ...defaultCacheBehavior, pathPattern: "/ä/*", lambdaFunctionAssociations: [] }];
    const behavior = { targetOriginId: "other" };
    expect(() => createEmulator({ behavior, description: { cacheBehaviors } })).toThrow(
      /^expected a path pattern .*\nthe default behavior: expected an origin with the id "other"$/,
    );
  });
});

describe("imgseal's own distribution", () => {
  it("keeps the origin private: signed requests, no listing", () => {
    expect(origins).toMatchObject([{ originAccessControl: true, listBucket: false }]);
  });

  it("has nothing but the path in its key, and lets no-store be honoured", () => {
    const none = { behavior: "none" };
    expect(defaultCacheBehavior.cachePolicy).toMatchObject({
      minTTL: 0,
      headers: none,
      cookies: none,
      queryStrings: none,
    });
  });

  it("keeps errors as long as they say, and else a second, where CloudFront would take ten", () => {
    expect(errorCachingMinTTL(imgsealDistribution, 404)).toBe(1);
    expect(errorCachingMinTTL({ ...imgsealDistribution, customErrorResponses: [] }, 404)).toBe(10);
    const immediately = [{ errorCode: 404, errorCachingMinTTL: 0 }];
    expect(errorCachingMinTTL({ ...imgsealDistribution, customErrorResponses: immediately }, 404)).toBe(1);
  });
});

import { describe, expect, it } from "vitest";
import { errorCachingMinTTL } from "../../../src/local/cloudfront/description.ts";
import { imgsealDistribution } from "../../../src/local/cloudfront/imgseal-distribution.ts";
import { createEmulator } from "./emulator.ts";

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

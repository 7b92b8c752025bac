/** The simplest distribution there is, to begin with: one bucket, one behavior, CloudFront's managed cache policy. */

import { eventTypeProblems } from "./checked-functions.ts";
import type { CacheBehavior, DistributionDescription, EventType } from "./description.ts";

const nothing = Object.freeze({ behavior: "none" } as const);

/**
 * A distribution in front of one private bucket; at each of the events runs the function that has the event's name.
 *
 * The cache policy is the managed CachingOptimized: a second at least, a day unless said, a year at most.
 *
 * @param behavior what is to be different
 * @throws TypeError for an event that CloudFront does not know
 */
export function plainDistribution(
  events: readonly EventType[],
  behavior: Partial<CacheBehavior> = {},
): DistributionDescription {
  const problems = eventTypeProblems(events);
  if (problems.length > 0) throw new TypeError(problems.join("\n"));
  return {
    id: "EDFDVBD6EXAMPLE",
    domainName: "d111111abcdef8.cloudfront.net",
    origins: [
      {
        id: "bucket",
        domainName: "bucket.s3.us-east-1.amazonaws.com",
        originPath: "",
        customHeaders: {},
        originAccessControl: true,
        listBucket: false,
        originShield: false,
      },
    ],
    cacheBehaviors: [],
    defaultCacheBehavior: {
      targetOriginId: "bucket",
      viewerProtocolPolicy: "redirect-to-https",
      allowedMethods: ["GET", "HEAD"],
      cachedMethods: ["GET", "HEAD"],
      compress: false,
      cachePolicy: {
        name: "CachingOptimized",
        minTTL: 1,
        defaultTTL: 86_400,
        maxTTL: 31_536_000,
        enableAcceptEncodingGzip: true,
        enableAcceptEncodingBrotli: true,
        headers: nothing,
        cookies: nothing,
        queryStrings: nothing,
      },
      lambdaFunctionAssociations: events.map((eventType) => ({ eventType, lambdaFunctionARN: eventType })),
      ...behavior,
    },
    customErrorResponses: [],
  };
}

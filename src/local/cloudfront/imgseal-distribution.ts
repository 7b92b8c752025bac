/** The distribution that imgseal is made for: `serve` runs it, and infrastructure is to be made from it. */

import { configurableErrorCodes, type DistributionDescription } from "./description.ts";

const nothing = Object.freeze({ behavior: "none" } as const);

export const imgsealDistribution: DistributionDescription = {
  id: "LOCAL",
  domainName: "localhost",
  origins: [
    {
      id: "derivatives",
      domainName: "derivatives.s3.us-east-1.amazonaws.com",
      originPath: "",
      customHeaders: {},
      originAccessControl: true,
      // A missing derivative is a 403: who can read the bucket cannot list it.
      listBucket: false,
      originShield: false,
    },
  ],
  cacheBehaviors: [],
  defaultCacheBehavior: {
    targetOriginId: "derivatives",
    viewerProtocolPolicy: "redirect-to-https",
    // GET and HEAD alone would do, but for the others viewer-request has better words than CloudFront's 403 page.
    allowedMethods: ["GET", "HEAD", "OPTIONS", "PUT", "PATCH", "POST", "DELETE"],
    cachedMethods: ["GET", "HEAD"],
    // Pictures are compressed already.
    compress: false,
    cachePolicy: {
      name: "imgseal",
      // With more than 0, no-store would not be honoured.
      minTTL: 0,
      defaultTTL: 86_400,
      maxTTL: 31_536_000,
      enableAcceptEncodingGzip: false,
      enableAcceptEncodingBrotli: false,
      // Everything that makes a difference to the bytes is in the canonical path.
      headers: nothing,
      cookies: nothing,
      queryStrings: nothing,
    },
    originRequestPolicy: {
      name: "imgseal",
      // A Vary that names what the origin was not sent may be taken away.
      headers: { behavior: "whitelist", items: ["accept"] },
      cookies: nothing,
      queryStrings: nothing,
    },
    responseHeadersPolicy: { name: "imgseal", customHeaders: [], removeHeaders: ["cache-tag"] },
    lambdaFunctionAssociations: [
      { eventType: "viewer-request", lambdaFunctionARN: "viewer-request" },
      { eventType: "origin-response", lambdaFunctionARN: "origin-response" },
    ],
  },
  // What our error table says (`max-age`) is what counts.
  customErrorResponses: configurableErrorCodes.map((errorCode) => ({ errorCode, errorCachingMinTTL: 1 })),
};

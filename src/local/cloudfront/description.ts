/** A distribution as data, in the words of the CloudFront API, so that serving and infrastructure read the same text. */

/** One distribution. The field names are those of the API's `DistributionConfig` and of the policies that it names. */
export interface DistributionDescription {
  readonly id: string;
  readonly domainName: string;
  readonly origins: readonly OriginDescription[];
  /** In order of precedence: the first whose pattern matches is taken. */
  readonly cacheBehaviors: readonly PathCacheBehavior[];
  readonly defaultCacheBehavior: CacheBehavior;
  /** What is not listed has CloudFront's own minimum, 10 s. */
  readonly customErrorResponses: readonly CustomErrorResponse[];
}

export interface OriginDescription {
  readonly id: string;
  readonly domainName: string;
  readonly originPath: string;
  /** Sent to the origin, and visible to origin events at `request.origin.s3.customHeaders`. */
  readonly customHeaders: Readonly<Record<string, string>>;
  /** Whether CloudFront signs its requests to S3. */
  readonly originAccessControl: boolean;
  /** Whether the bucket's policy grants s3:ListBucket: a missing key is then 404, and 403 otherwise. */
  readonly listBucket: boolean;
  readonly originShield: boolean;
}

export interface CacheBehavior {
  readonly targetOriginId: string;
  readonly viewerProtocolPolicy: "allow-all" | "https-only" | "redirect-to-https";
  readonly allowedMethods: readonly string[];
  readonly cachedMethods: readonly string[];
  readonly compress: boolean;
  readonly cachePolicy: CachePolicy;
  readonly originRequestPolicy?: OriginRequestPolicy;
  readonly responseHeadersPolicy?: ResponseHeadersPolicy;
  /** At most one for each event. */
  readonly lambdaFunctionAssociations: readonly LambdaFunctionAssociation[];
}

export interface PathCacheBehavior extends CacheBehavior {
  /** `*` is any number of characters, `?` exactly one; case counts. */
  readonly pathPattern: string;
}

/** Times in seconds. */
export interface CachePolicy {
  readonly name: string;
  readonly minTTL: number;
  readonly defaultTTL: number;
  readonly maxTTL: number;
  readonly enableAcceptEncodingGzip: boolean;
  readonly enableAcceptEncodingBrotli: boolean;
  readonly headers: Selection;
  readonly cookies: Selection;
  readonly queryStrings: Selection;
}

/** What goes to the origin on top of what the cache policy names, without being in the key. */
export interface OriginRequestPolicy {
  readonly name: string;
  readonly headers: Selection;
  readonly cookies: Selection;
  readonly queryStrings: Selection;
}

/** `whitelist`, `all` and `allExcept` as the API spells them; header names in any case. */
export type Selection =
  | { readonly behavior: "none" | "all" }
  | { readonly behavior: "whitelist" | "allExcept"; readonly items: readonly string[] };

export interface ResponseHeadersPolicy {
  readonly name: string;
  readonly customHeaders: readonly CustomHeader[];
  readonly removeHeaders: readonly string[];
}

export interface CustomHeader {
  readonly header: string;
  readonly value: string;
  /** Whether it replaces what the origin or a function has set. */
  readonly override: boolean;
}

export interface CustomErrorResponse {
  readonly errorCode: number;
  /** Seconds. */
  readonly errorCachingMinTTL: number;
}

/** In the order in which they come. */
export const eventTypes = ["viewer-request", "origin-request", "origin-response", "viewer-response"] as const;

export type EventType = (typeof eventTypes)[number];

export interface LambdaFunctionAssociation {
  readonly eventType: EventType;
  /** Which of the given functions it is: in AWS the ARN with a version, here a name. */
  readonly lambdaFunctionARN: string;
}

/** All codes for which CloudFront takes a custom error response, and so an error caching minimum. */
export const configurableErrorCodes: readonly number[] = [
  400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504,
];

// "How CloudFront caches HTTP 4xx and 5xx status codes from your origin".
const defaultErrorCachingMinTTL = 10;

/** How many seconds an error with that status is kept at least; S3 as the origin allows no less than one second. */
export function errorCachingMinTTL(
  { customErrorResponses }: DistributionDescription,
  status: number,
): number {
  const own = customErrorResponses.find(({ errorCode }) => errorCode === status);
  return Math.max(1, own?.errorCachingMinTTL ?? defaultErrorCachingMinTTL);
}

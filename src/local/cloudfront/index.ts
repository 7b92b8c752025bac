/** `imgseal/cloudfront`: the emulator on its own, for Lambda@Edge functions of anybody. What is not named here may change. */

export { createS3Origin, type S3Objects } from "../s3-origin.ts";
export { type AssumedBehaviorId, assumedBehaviors } from "./assumed.ts";
export type {
  CacheBehavior,
  CachePolicy,
  CustomErrorResponse,
  CustomHeader,
  DistributionDescription,
  EventType,
  LambdaFunctionAssociation,
  OriginDescription,
  OriginRequestPolicy,
  PathCacheBehavior,
  ResponseHeadersPolicy,
  Selection,
} from "./description.ts";
export {
  createDistribution,
  type Distribution,
  type DistributionAnswer,
  type DistributionOptions,
} from "./distribution.ts";
export { type CacheOutcome, cloudFrontHeaders } from "./edge-headers.ts";
export type { ViewerRequest } from "./events.ts";
export type { FailureEntry } from "./failure.ts";
export { createInvalidations, type InvalidationOptions, type InvalidationResult } from "./invalidation.ts";
export type { EdgeFunction } from "./invoke.ts";
export type { FunctionLogEntry, OriginAnswer } from "./layer.ts";
export type { OriginFetch } from "./origin-failure.ts";
export type { OriginRequest } from "./origin-request.ts";

export { plainDistribution } from "./plain-distribution.ts";
export { type RuleId, rules } from "./rules.ts";
export { type StartTimer, startSystemTimer } from "./timer.ts";

/** What CloudFront's API would refuse about a distribution, found before its first request. */

import { isSelected } from "./cache-key.ts";
import type { CacheBehavior, DistributionDescription } from "./description.ts";
import { compilePathPattern } from "./path-pattern.ts";

/** @throws TypeError with all that is wrong, one line each */
export function requireValidDescription(
  description: DistributionDescription,
  functionNames: readonly string[],
): void {
  const problems = description.cacheBehaviors.flatMap((behavior) => [
    ...patternProblems(behavior.pathPattern),
    ...behaviorProblems(`behavior "${behavior.pathPattern}"`, behavior, description, functionNames),
  ]);
  problems.push(
    ...behaviorProblems("the default behavior", description.defaultCacheBehavior, description, functionNames),
  );
  if (problems.length > 0) throw new TypeError(problems.join("\n"));
}

function patternProblems(pattern: string): string[] {
  try {
    compilePathPattern(pattern);
    return [];
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
}

// "AllowedMethods": CloudFront knows these three sets and no other.
const methodSets = [
  ["GET", "HEAD"],
  ["GET", "HEAD", "OPTIONS"],
  ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"],
].map((methods) => methods.join());

function behaviorProblems(
  where: string,
  behavior: CacheBehavior,
  { origins }: DistributionDescription,
  functionNames: readonly string[],
): string[] {
  const { cachePolicy, originRequestPolicy, targetOriginId, lambdaFunctionAssociations } = behavior;
  const { minTTL, defaultTTL, maxTTL } = cachePolicy;
  const origin = origins.find(({ id }) => id === targetOriginId);
  const events = lambdaFunctionAssociations.map(({ eventType }) => eventType);
  const missing = lambdaFunctionAssociations.filter(
    ({ lambdaFunctionARN: arn }) => !functionNames.includes(arn),
  );
  const forwardsHost =
    originRequestPolicy !== undefined &&
    isSelected("host", originRequestPolicy.headers) &&
    origin?.originAccessControl;
  const checks: readonly (readonly [isWrong: boolean, problem: string])[] = [
    [origin === undefined, `expected an origin with the id "${targetOriginId}"`],
    [
      !(0 <= minTTL && minTTL <= defaultTTL && defaultTTL <= maxTTL),
      "expected 0 <= minTTL <= defaultTTL <= maxTTL",
    ],
    [new Set(events).size < events.length, "expected at most one function for each event"],
    [
      !methodSets.includes([...behavior.allowedMethods].sort().join()),
      "expected allowedMethods to be GET, HEAD; or these and OPTIONS; or all seven",
    ],
    [
      forwardsHost === true,
      "expected the viewer's Host not to be forwarded: S3 refuses a request that is signed for another host",
    ],
  ];
  return [
    ...checks.filter(([isWrong]) => isWrong).map(([, problem]) => `${where}: ${problem}`),
    ...missing.map(({ lambdaFunctionARN: arn }) => `${where}: expected a function "${arn}"`),
  ];
}

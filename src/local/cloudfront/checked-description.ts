/** What CloudFront's API would refuse about a distribution, found before its first request. */

import { isSelected } from "./cache-key.ts";
import { associationProblems, functionProblems } from "./checked-functions.ts";
import { type CacheBehavior, configurableErrorCodes, type DistributionDescription } from "./description.ts";
import { compilePathPattern } from "./path-pattern.ts";
import { describe } from "./wording.ts";

export interface CheckedOptions {
  readonly description: DistributionDescription;
  readonly functions: Readonly<Record<string, unknown>>;
  readonly pops: readonly string[];
  readonly cacheBytes: number;
}

/** @throws TypeError with all that is wrong, one line each */
export function requireValidOptions({ description, functions, pops, cacheBytes }: CheckedOptions): void {
  const { cacheBehaviors, defaultCacheBehavior, origins, customErrorResponses } = description;
  const names = Object.keys(functions);
  const problems = [
    ...cacheBehaviors.flatMap((behavior) => [
      ...patternProblems(behavior.pathPattern),
      ...behaviorProblems(`behavior "${behavior.pathPattern}"`, behavior, description, names),
    ]),
    ...behaviorProblems("the default behavior", defaultCacheBehavior, description, names),
    ...twice(cacheBehaviors.map(({ pathPattern }) => rooted(pathPattern))).map(
      (pattern) => `expected one behavior for each path pattern, received "${pattern}" again`,
    ),
    ...originProblems(description),
    ...twice(origins.map(({ id }) => id)).map(
      (id) => `expected one origin for each id, received "${id}" again`,
    ),
    ...errorProblems(description),
    ...twice(customErrorResponses.map(({ errorCode }) => String(errorCode))).map(
      (code) => `expected one custom error response for each code, received ${code} again`,
    ),
    ...functionProblems(functions, description),
  ];
  if (pops.length === 0) problems.push("expected at least one edge location in pops, received none");
  if (!Number.isSafeInteger(cacheBytes) || cacheBytes <= 0) {
    const received = typeof cacheBytes === "number" ? String(cacheBytes) : describe(cacheBytes);
    problems.push(`expected cacheBytes to be a positive integer, received ${received}`);
  }
  if (problems.length > 0) throw new TypeError(problems.join("\n"));
}

// The leading slash makes no difference.
function rooted(pattern: string): string {
  return `/${pattern.replace(/^\//u, "")}`;
}

function twice(values: readonly string[]): string[] {
  return [...new Set(values.filter((value, index) => values.indexOf(value) < index))];
}

function patternProblems(pattern: string): string[] {
  try {
    compilePathPattern(pattern);
    return [];
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
}

// "Origin path".
function originProblems({ origins }: DistributionDescription): string[] {
  return origins
    .filter(({ originPath }) => !/^(?:|\/.*[^/])$/su.test(originPath))
    .map(
      ({ id, originPath }) =>
        `origin "${id}": expected originPath to be empty, or to begin with a slash and not to end with one, ` +
        `received "${originPath}"`,
    );
}

// "HTTP 4xx and 5xx status codes that CloudFront caches", custom error responses.
function errorProblems({ customErrorResponses }: DistributionDescription): string[] {
  return customErrorResponses.flatMap(({ errorCode, errorCachingMinTTL }) => [
    ...(configurableErrorCodes.includes(errorCode)
      ? []
      : [`expected an errorCode of ${configurableErrorCodes.join(", ")}, received ${errorCode}`]),
    ...(errorCachingMinTTL >= 0
      ? []
      : [`expected errorCachingMinTTL of ${errorCode} to be 0 or more, received ${errorCachingMinTTL}`]),
  ]);
}

// "AllowedMethods": CloudFront knows these three sets and no other.
const methodSets = [
  ["GET", "HEAD"],
  ["GET", "HEAD", "OPTIONS"],
  ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"],
].map((methods) => methods.join());

// "CachedMethods": and of these the first two.
const cachedMethodSets = methodSets.slice(0, 2);

const asSet = (methods: readonly string[]) => [...methods].sort().join();

function behaviorProblems(
  where: string,
  behavior: CacheBehavior,
  { origins }: DistributionDescription,
  functionNames: readonly string[],
): string[] {
  const { cachePolicy, originRequestPolicy, targetOriginId, lambdaFunctionAssociations } = behavior;
  const { allowedMethods, cachedMethods } = behavior;
  const { minTTL, defaultTTL, maxTTL } = cachePolicy;
  const origin = origins.find(({ id }) => id === targetOriginId);
  const events = lambdaFunctionAssociations.map(({ eventType }) => eventType);
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
      !methodSets.includes(asSet(allowedMethods)),
      "expected allowedMethods to be GET, HEAD; or these and OPTIONS; or all seven",
    ],
    [
      !cachedMethodSets.includes(asSet(cachedMethods)),
      "expected cachedMethods to be GET, HEAD; or these and OPTIONS",
    ],
    [
      cachedMethods.some((method) => !allowedMethods.includes(method)),
      "expected cachedMethods to be among allowedMethods",
    ],
    [
      forwardsHost === true,
      "expected the viewer's Host not to be forwarded: S3 refuses a request that is signed for another host",
    ],
  ];
  return [
    ...checks.filter(([isWrong]) => isWrong).map(([, problem]) => problem),
    ...associationProblems(lambdaFunctionAssociations, functionNames),
  ].map((problem) => `${where}: ${problem}`);
}

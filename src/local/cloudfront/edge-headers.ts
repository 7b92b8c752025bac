/** The headers that CloudFront puts on every answer: what its cache did, which location it was, the request's id. */

/** In CloudFront's words for `x-cache` and `x-edge-result-type`. */
export type CacheOutcome =
  | "Hit"
  | "RefreshHit"
  | "Miss"
  | "Error"
  | "LambdaGeneratedResponse"
  | "LambdaValidationError"
  | "LambdaExecutionError";

export interface Served {
  readonly cacheOutcome: CacheOutcome;
  readonly ageSeconds: number;
  readonly requestId: string;
  readonly pop: string;
}

/**
 * Names and values in turn, as `writeHead` takes them.
 *
 * @param label who says so in `x-cache`; `via` and `x-amz-cf-*` are CloudFront's and said under that name alone
 */
export function createEdgeHeaders(label: "cloudfront" | "imgseal"): (served: Served) => readonly string[] {
  const words = Object.fromEntries(outcomes.map((outcome) => [outcome, `${outcome} from ${label}`]));
  const outcomeHeaders = ({ cacheOutcome, ageSeconds }: Served) => {
    const headers = ["x-cache", words[cacheOutcome] ?? ""];
    if (cacheOutcome === "Hit" || cacheOutcome === "RefreshHit") headers.push("age", String(ageSeconds));
    return headers;
  };
  if (label === "imgseal") return outcomeHeaders;
  return (served) => [
    ...outcomeHeaders(served),
    "via",
    `1.1 ${served.pop.toLowerCase()}.cloudfront.net (CloudFront)`,
    "x-amz-cf-pop",
    served.pop,
    "x-amz-cf-id",
    served.requestId,
  ];
}

const outcomes = [
  "Hit",
  "RefreshHit",
  "Miss",
  "Error",
  "LambdaGeneratedResponse",
  "LambdaValidationError",
  "LambdaExecutionError",
] as const satisfies readonly CacheOutcome[];

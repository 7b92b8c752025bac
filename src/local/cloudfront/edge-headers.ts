/** The headers that CloudFront puts on every answer: what its cache did, which location it was, the request's id. */

import { hash } from "node:crypto";
import type { HeaderMap } from "../../edge/event.ts";

/** In CloudFront's words for `x-cache` and `x-edge-result-type`. */
export type CacheOutcome =
  | "Hit"
  | "RefreshHit"
  | "Miss"
  | "Error"
  | "LambdaGeneratedResponse"
  | "LambdaValidationError"
  | "LambdaExecutionError";

/** What an answer of a distribution tells about itself. */
export interface Served {
  readonly headers: HeaderMap;
  readonly cacheOutcome: CacheOutcome;
  readonly ageSeconds: number;
  /** The cache that had it; absent where none had. */
  readonly fromLayer?: string | undefined;
  readonly requestId: string;
  /** The edge location. */
  readonly pop: string;
}

/**
 * The headers of an answer as CloudFront sends them: with `x-cache`, `via`, `x-amz-cf-pop` and `x-amz-cf-id`, and with
 * `age` where it was kept (assumed: age-of-what-was-kept).
 *
 * Lower-case names, one value each; only `set-cookie` may have several, with a line feed between them.
 */
export function cloudFrontHeaders(served: Served): Record<string, string> {
  const { headers, cacheOutcome, ageSeconds, fromLayer, requestId, pop } = served;
  const via = `1.1 ${hostOf(pop)}.cloudfront.net (CloudFront)`;
  return {
    ...headers,
    "x-cache": `${cacheOutcome} from cloudfront`,
    ...(fromLayer !== undefined && { age: String(ageSeconds) }),
    // Each on the way adds itself at the end (RFC 9110 7.6.3).
    via: headers.via === undefined ? via : `${headers.via}, ${via}`,
    "x-amz-cf-pop": pop,
    "x-amz-cf-id": requestId,
  };
}

/** What the local server adds, under its own name: `x-amz-cf-*` and CloudFront's hosts are CloudFront's. */
export function addImgsealHeaders(
  flat: string[],
  { cacheOutcome, ageSeconds, fromLayer, pop }: Served,
): void {
  flat.push("x-cache", `${cacheOutcome} from imgseal`);
  if (fromLayer !== undefined) flat.push("age", String(ageSeconds));
  flat.push("via", `1.1 ${pop} (imgseal)`);
}

/** As CloudFront's hosts are named in the event structure: 32 digits, the same ones for a location each time. */
function hostOf(pop: string): string {
  return hash("sha256", pop, "hex").slice(0, 32);
}

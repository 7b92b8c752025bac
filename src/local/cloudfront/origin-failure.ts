/** An origin that does not answer: CloudFront's own page, which goes the way of an error that the origin has sent. */

import { errorPage } from "./error-page.ts";
import { failureEntry } from "./failure.ts";
import type { Failed, Occasion } from "./functions.ts";
import type { OriginAnswer } from "./layer.ts";
import type { OriginRequest } from "./origin-request.ts";
import { RuleBreach } from "./rule-breach.ts";
import { ruleOf } from "./rules.ts";
import { tell } from "./serialisable.ts";

export type OriginFetch = (request: OriginRequest) => Promise<OriginAnswer>;

export type OriginOutcome = { readonly kind: "answered"; readonly answer: OriginAnswer } | Failed;

/** Asks; what the origin throws or rejects with is in the log, and never the viewer's. */
export async function askOrigin(
  origin: OriginFetch,
  request: OriginRequest,
  { requestId, log }: Pick<Occasion, "requestId" | "log">,
): Promise<OriginOutcome> {
  try {
    return { kind: "answered", answer: await origin(request) };
  } catch (cause) {
    const rule = isTimeout(cause) ? "origin-timeout" : "origin-unreachable";
    log(failureEntry(new RuleBreach(rule, `the origin threw ${tellWithCause(cause)}`, { cause }), requestId));
    const { status, page } = ruleOf(rule);
    // Kept for the error caching minimum like an error of the origin's own, and what has expired stands in for it
    // (assumed: unreachable-origin-is-kept).
    return { kind: "failed", answer: errorPage(status, page, requestId) };
  }
}

const timeoutCodes = new Set([
  "ETIMEDOUT",
  "ESOCKETTIMEDOUT",
  "UND_ERR_CONNECT_TIMEOUT",
  "UND_ERR_HEADERS_TIMEOUT",
  "UND_ERR_BODY_TIMEOUT",
]);

/** By what node:net, fetch and AbortSignal.timeout() reject with; fetch puts the reason into its cause. */
function isTimeout(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const isOne = error.name === "TimeoutError" || ("code" in error && timeoutCodes.has(String(error.code)));
  return isOne || isTimeout(error.cause);
}

function tellWithCause(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause === undefined ? tell(error) : `${tell(error)} (${tell(cause)})`;
}

/** One edge location as a viewer meets it: behavior, viewer-request, the cache, viewer-response. */

import { answerViewer } from "./conditional.ts";
import type { Decisions } from "./decisions.ts";
import type { CacheBehavior, DistributionDescription } from "./description.ts";
import type { DistributionAnswer } from "./distribution.ts";
import { errorPage } from "./error-page.ts";
import { givenRequest, type ViewerRequest } from "./events.ts";
import { failureEntry } from "./failure.ts";
import type { FunctionRunner, Occasion } from "./functions.ts";
import type { CacheLayer, FetchedAnswer, FunctionLogEntry, LayerAnswer, LayerRequest } from "./layer.ts";
import { createBehaviorChooser } from "./path-pattern.ts";
import { urlBytes } from "./quotas.ts";
import type { GivenRequest } from "./request-result.ts";
import { applyResponseHeadersPolicy } from "./response-headers-policy.ts";
import { RuleBreach } from "./rule-breach.ts";
import { ruleOf } from "./rules.ts";

export interface ViewerSideParts {
  readonly pop: string;
  readonly description: DistributionDescription;
  readonly runner: FunctionRunner;
  readonly layer: CacheLayer;
  readonly decisions: Decisions | undefined;
}

const empty = Buffer.alloc(0);

export function createViewerSide(
  parts: ViewerSideParts,
): (viewer: ViewerRequest) => Promise<DistributionAnswer> {
  const { pop, runner, layer, decisions } = parts;
  const behaviorOf = createBehaviorChooser(parts.description);

  return async function answer(viewer) {
    const behavior = behaviorOf(viewer.path);
    const entries: FunctionLogEntry[] = [];
    const log = (entry: FunctionLogEntry) => entries.push(entry);
    const occasion: Occasion = { behavior, requestId: viewer.id, log };

    const decision = decisions?.recall(viewer);
    if (decision !== undefined) {
      const { id, method, headers, clientIp } = viewer;
      const uri = decision.canonicalPath;
      const answered = await layer.answer({
        id,
        clientIp,
        method,
        uri,
        querystring: "",
        headers,
        behavior,
        log,
      });
      const logged = entries.length === 0 ? decision.logged : [...decision.logged, ...entries];
      return respond(answered, { clientIp, method, uri, querystring: "", headers }, occasion, logged);
    }

    const refused = refusal(viewer, behavior);
    if (refused !== undefined) {
      log(failureEntry(refused, viewer.id));
      const { status, page } = ruleOf(refused.rule);
      return madeHere(errorPage(status, page, viewer.id), "Error", viewer, viewer.id, entries);
    }
    const given = givenRequest(viewer);
    const outcome = await runner.onRequest("viewer-request", given, occasion);
    if (outcome.kind === "failed") {
      return madeHere(outcome.answer, outcome.answer.madeBy ?? "Error", viewer, viewer.id, entries);
    }
    if (outcome.kind === "generated") {
      const { body = empty, ...generated } = outcome.response;
      return madeHere({ ...generated, body }, "LambdaGeneratedResponse", viewer, viewer.id, entries);
    }
    const { uri, querystring, headers } = outcome.request;
    // What the memory holds is a path: it must be all that was decided.
    if (decisions !== undefined && querystring === "" && headers === given.headers) {
      decisions.remember(viewer, {
        canonicalPath: uri,
        logged: entries.filter((entry) => "handler" in entry),
      });
    }
    const { id, method, clientIp } = viewer;
    const request: LayerRequest = { id, clientIp, method, uri, querystring, headers, behavior, log };
    return respond(await layer.answer(request), { ...given, uri, querystring, headers }, occasion, entries);
  };

  async function respond(
    answered: LayerAnswer,
    request: GivenRequest,
    occasion: Occasion,
    logged: readonly FunctionLogEntry[],
  ): Promise<DistributionAnswer> {
    const { behavior } = occasion;
    const { status, statusDescription, body, madeBy, outcome, ageSeconds } = answered;
    const policy = behavior.responseHeadersPolicy;
    const headers =
      policy === undefined ? answered.headers : applyResponseHeadersPolicy(answered.headers, policy);
    const answer: DistributionAnswer = {
      status,
      ...(statusDescription !== undefined && { statusDescription }),
      headers,
      body: body.length === 0 ? undefined : body,
      cacheOutcome: madeBy ?? outcome,
      ageSeconds,
      requestId: occasion.requestId,
      pop,
      logged,
    };
    // "CloudFront doesn't invoke edge functions for viewer response events when the origin returns 400 or higher."
    if (status >= 400 || !runner.has(behavior, "viewer-response")) return answer;
    const amended = await runner.onResponse("viewer-response", request, answer, occasion);
    return amended.kind === "failed"
      ? madeHere(amended.answer, amended.answer.madeBy ?? "Error", request, occasion.requestId, logged)
      : { ...answer, headers: amended.response.headers };
  }

  /** Neither from the cache nor for it; no conditions, no ranges, no viewer-response. */
  function madeHere(
    answer: FetchedAnswer,
    cacheOutcome: DistributionAnswer["cacheOutcome"],
    { method }: { readonly method: string },
    requestId: string,
    logged: readonly FunctionLogEntry[],
  ): DistributionAnswer {
    const { statusDescription } = answer;
    return {
      ...answerViewer(answer, { method, headers: {}, areRangesServed: false }),
      ...(statusDescription !== undefined && { statusDescription }),
      cacheOutcome,
      ageSeconds: 0,
      requestId,
      pop,
      logged,
    };
  }
}

/** What CloudFront refuses by itself, before any function sees it. */
function refusal(
  { path, queryString, method }: ViewerRequest,
  behavior: CacheBehavior,
): RuleBreach | undefined {
  const figure = path.length + (queryString === "" ? 0 : queryString.length + 1);
  if (figure > urlBytes) {
    return new RuleBreach("url-length", `the URL has ${figure} bytes`, { figure, quota: urlBytes });
  }
  if (!behavior.allowedMethods.includes(method)) {
    return new RuleBreach("method-allowed", `the method is ${method}`);
  }
  return undefined;
}

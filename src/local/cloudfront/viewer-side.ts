/** One edge location as a viewer meets it: behavior, viewer-request, the cache, viewer-response. */

import { answerViewer } from "./conditional.ts";
import type { Decisions } from "./decisions.ts";
import type { CacheBehavior, DistributionDescription } from "./description.ts";
import type { DistributionAnswer } from "./distribution.ts";
import type { CacheOutcome } from "./edge-headers.ts";
import { errorPage } from "./error-page.ts";
import { givenRequest, type ReceivedRequest, received, type ViewerRequest } from "./events.ts";
import { failureEntry } from "./failure.ts";
import type { Failed, FunctionRunner, Occasion } from "./functions.ts";
import type { CacheLayer, FunctionLogEntry, LayerRequest, OriginAnswer } from "./layer.ts";
import { createBehaviorChooser } from "./path-pattern.ts";
import { urlBytes } from "./quotas.ts";
import { applyResponseHeadersPolicy } from "./response-headers-policy.ts";
import { RuleBreach } from "./rule-breach.ts";
import { ruleOf } from "./rules.ts";

export interface ViewerSideParts {
  readonly pop: string;
  readonly description: DistributionDescription;
  readonly runner: FunctionRunner;
  readonly layer: CacheLayer;
  readonly decisions: Decisions | undefined;
  readonly nowMilliseconds: () => number;
}

const empty = Buffer.alloc(0);

export function createViewerSide(
  parts: ViewerSideParts,
): (viewer: ViewerRequest) => Promise<DistributionAnswer> {
  const { pop, runner, layer, decisions, nowMilliseconds } = parts;
  const behaviorOf = createBehaviorChooser(parts.description);

  return async function answer(asked) {
    const viewer = received(asked);
    const behavior = behaviorOf(viewer.path);
    const entries: FunctionLogEntry[] = [];
    const occasion: Occasion = { behavior, requestId: viewer.id, log: (entry) => entries.push(entry) };

    const decision = decisions?.recall(viewer);
    if (decision !== undefined) {
      const decided = { uri: decision.canonicalPath, querystring: "", headers: viewer.headers };
      const logged = () => (entries.length === 0 ? decision.logged : [...decision.logged, ...entries]);
      return lookUp(viewer, decided, occasion, logged);
    }

    const refused = refusal(viewer, behavior);
    if (refused !== undefined) {
      occasion.log(failureEntry(refused, viewer.id));
      const { status, page } = ruleOf(refused.rule);
      return { ...madeHere(errorPage(status, page, viewer.id), "Error", viewer), logged: entries };
    }
    const given = givenRequest(viewer);
    const askedMilliseconds = nowMilliseconds();
    const outcome = await runner.onRequest("viewer-request", given, occasion);
    if (outcome.kind === "failed") return { ...failed(outcome, viewer), logged: entries };
    if (outcome.kind === "generated") {
      const { body = empty, ...generated } = outcome.response;
      return { ...madeHere({ ...generated, body }, "LambdaGeneratedResponse", viewer), logged: entries };
    }
    const { uri, querystring, headers } = outcome.request;
    // What the memory holds is a path: it must be all that was decided.
    if (decisions !== undefined && querystring === "" && headers === given.headers) {
      const logged = entries.filter((entry) => "handler" in entry).map((entry) => ({ ...entry }));
      decisions.remember(viewer, { canonicalPath: uri, logged }, askedMilliseconds);
    }
    return lookUp(viewer, { uri, querystring, headers }, occasion, () => entries);
  };

  async function lookUp(
    viewer: ReceivedRequest,
    decided: Pick<LayerRequest, "uri" | "querystring" | "headers">,
    occasion: Occasion,
    logged: () => readonly FunctionLogEntry[],
  ): Promise<DistributionAnswer> {
    const { behavior, log } = occasion;
    const { id, method, clientIp } = viewer;
    const { uri, querystring, headers } = decided;
    const found = await layer.answer({ id, clientIp, method, uri, querystring, headers, behavior, log });
    const { status, statusDescription, body, madeBy, outcome, ageSeconds, fromLayer } = found;
    const policy = behavior.responseHeadersPolicy;
    const answered: DistributionAnswer = {
      status,
      ...(statusDescription !== undefined && { statusDescription }),
      headers: policy === undefined ? found.headers : applyResponseHeadersPolicy(found.headers, policy),
      body: body.length === 0 ? undefined : body,
      cacheOutcome: madeBy ?? outcome,
      ageSeconds,
      ...(fromLayer !== undefined && { fromLayer }),
      requestId: id,
      pop,
      logged: logged(),
    };
    // "CloudFront doesn't invoke edge functions for viewer response events when the origin returns 400 or higher."
    if (status >= 400 || !runner.has(behavior, "viewer-response")) return answered;
    const given = { clientIp, method, ...decided };
    const amended = await runner.onResponse("viewer-response", given, answered, occasion);
    return amended.kind === "failed"
      ? { ...failed(amended, viewer), logged: logged() }
      : { ...answered, headers: amended.response.headers, logged: logged() };
  }

  function failed({ answer }: Failed, viewer: ReceivedRequest): Answered {
    return madeHere(answer, answer.madeBy ?? "Error", viewer);
  }

  /** Neither from the cache nor for it; no conditions, no ranges, no viewer-response. */
  function madeHere(
    answer: OriginAnswer,
    cacheOutcome: CacheOutcome,
    { method, id: requestId }: ReceivedRequest,
  ): Answered {
    const { statusDescription } = answer;
    return {
      ...answerViewer(answer, { method, headers: {}, areRangesServed: false }),
      ...(statusDescription !== undefined && { statusDescription }),
      cacheOutcome,
      ageSeconds: 0,
      requestId,
      pop,
    };
  }
}

/** All but what was logged, which is known at the end. */
type Answered = Omit<DistributionAnswer, "logged">;

/** What CloudFront refuses by itself, before any function sees it. */
function refusal(
  { path, queryString, method }: ReceivedRequest,
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

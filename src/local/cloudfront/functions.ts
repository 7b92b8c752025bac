/** The functions of a distribution at their four events: shown a copy, their result read and held against the rules. */

import type { CacheBehavior, DistributionDescription, EventType } from "./description.ts";
import { errorPage } from "./error-page.ts";
import { type EventSource, requestEvent, responseEvent } from "./events.ts";
import { failureEntry } from "./failure.ts";
import { type EdgeFunction, invoke } from "./invoke.ts";
import type { FetchedAnswer, FunctionLog } from "./layer.ts";
import { type GivenRequest, type RequestResult, readRequestResult } from "./request-result.ts";
import { type GivenResponse, type ResponseResult, readResponseResult } from "./response-result.ts";
import { type OnBreach, RuleBreach, refuseBreach } from "./rule-breach.ts";
import { ruleOf } from "./rules.ts";
import { reading } from "./serialisable.ts";
import type { StartTimer } from "./timer.ts";

export interface FunctionParts {
  readonly description: DistributionDescription;
  /** By the name in `lambdaFunctionARN`. */
  readonly functions: Readonly<Record<string, EdgeFunction>>;
  readonly startTimer?: StartTimer | undefined;
  readonly timedEvents?: readonly EventType[] | undefined;
  readonly isStrict?: boolean | undefined;
  readonly nowMilliseconds: () => number;
}

/** For whom a function runs. */
export interface Occasion {
  readonly behavior: CacheBehavior;
  readonly requestId: string;
  readonly log: FunctionLog;
}

export type RequestOutcome =
  | { readonly kind: "request"; readonly request: RequestResult }
  | { readonly kind: "generated"; readonly response: ResponseResult }
  | Failed;

export type ResponseOutcome = { readonly kind: "response"; readonly response: ResponseResult } | Failed;

export interface Failed {
  readonly kind: "failed";
  readonly answer: FetchedAnswer;
}

export interface FunctionRunner {
  /** Whether the behavior has a function there. */
  has(behavior: CacheBehavior, eventType: EventType): boolean;
  onRequest(
    eventType: "viewer-request" | "origin-request",
    given: GivenRequest,
    occasion: Occasion,
  ): Promise<RequestOutcome>;
  onResponse(
    eventType: "origin-response" | "viewer-response",
    request: GivenRequest,
    given: GivenResponse & { readonly statusDescription?: string },
    occasion: Occasion,
  ): Promise<ResponseOutcome>;
}

/** Without a function at an event, what would have been given to it goes on. */
export function createFunctionRunner(parts: FunctionParts): FunctionRunner {
  const { description, functions, nowMilliseconds } = parts;
  const startTimerAt = (eventType: EventType) =>
    parts.timedEvents?.includes(eventType) === false ? undefined : parts.startTimer;
  const names = new Map(
    [description.defaultCacheBehavior, ...description.cacheBehaviors].map((behavior) => [
      behavior,
      functionNames(behavior),
    ]),
  );

  function run(
    eventType: EventType,
    makeEvent: (source: EventSource) => Parameters<EdgeFunction["handler"]>[0],
    { behavior, requestId, log }: Occasion,
  ): Promise<object> | undefined {
    const functionName = names.get(behavior)?.[eventType];
    const edgeFunction = functionName === undefined ? undefined : functions[functionName];
    if (functionName === undefined || edgeFunction === undefined) return undefined;
    const event = makeEvent({ distribution: description, requestId });
    return invoke(edgeFunction, event, {
      eventType,
      functionName,
      requestId,
      log,
      startTimer: startTimerAt(eventType),
      nowMilliseconds,
    });
  }

  const onBreachOf = (eventType: EventType, { requestId, log }: Occasion): OnBreach =>
    parts.isStrict === false
      ? (breach) => log({ ...failureEntry(breach, requestId, eventType), isLetThrough: true })
      : refuseBreach;

  return {
    has: (behavior, eventType) => names.get(behavior)?.[eventType] !== undefined,
    async onRequest(eventType, given, occasion) {
      try {
        const result = await run(eventType, (source) => requestEvent(eventType, given, source), occasion);
        if (result === undefined) return { kind: "request", request: given };
        const onBreach = onBreachOf(eventType, occasion);
        return reading(() =>
          isResponse(result)
            ? { kind: "generated", response: readResponseResult(result, { eventType, onBreach }) }
            : { kind: "request", request: readRequestResult(result, given, eventType, onBreach) },
        );
      } catch (error) {
        return failed(error, eventType, occasion);
      }
    },
    async onResponse(eventType, request, given, occasion) {
      try {
        const makeEvent = (source: EventSource) => responseEvent(eventType, request, given, source);
        const result = await run(eventType, makeEvent, occasion);
        const response =
          result === undefined
            ? given
            : reading(() =>
                readResponseResult(result, { eventType, given, onBreach: onBreachOf(eventType, occasion) }),
              );
        return { kind: "response", response };
      } catch (error) {
        return failed(error, eventType, occasion);
      }
    },
  };
}

// Looked up several times for every request.
function functionNames({ lambdaFunctionAssociations }: CacheBehavior): Partial<Record<EventType, string>> {
  return Object.fromEntries(
    lambdaFunctionAssociations.map(({ eventType, lambdaFunctionARN }) => [eventType, lambdaFunctionARN]),
  );
}

function isResponse(result: object): boolean {
  if ("status" in result && result.status !== undefined) return true;
  if ("uri" in result) return false;
  throw new RuleBreach("result-kind", `the result has ${Object.keys(result).join(", ") || "no member"}`);
}

function failed(error: unknown, eventType: EventType, { requestId, log }: Occasion): Failed {
  if (!(error instanceof RuleBreach)) throw error;
  log(failureEntry(error, requestId, eventType));
  const { status, page, outcome } = ruleOf(error.rule);
  // CloudFront's own pages for a function's failure are made anew each time (assumed: failure-page-not-cached).
  const answer = { ...errorPage(status, page, requestId), doNotCache: true };
  return { kind: "failed", answer: outcome === "Error" ? answer : { ...answer, madeBy: outcome } };
}

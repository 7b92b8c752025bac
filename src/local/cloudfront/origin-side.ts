/** What is behind the caches: origin-request, the origin, origin-response. */

import type { WithLease } from "../lease-channel.ts";
import type { DistributionDescription, OriginDescription } from "./description.ts";
import type { FunctionRunner, Occasion } from "./functions.ts";
import { visibleHeaders } from "./header-rules.ts";
import type { Fetch, FetchedAnswer, LayerRequest, OriginAnswer } from "./layer.ts";
import { askOrigin, type OriginFetch, type OriginOutcome } from "./origin-failure.ts";
import { type BucketAccess, originBound, originRequest } from "./origin-request.ts";
import type { GivenRequest } from "./request-result.ts";
import type { ResponseResult } from "./response-result.ts";

export interface OriginSideParts {
  readonly description: DistributionDescription;
  readonly runner: FunctionRunner;
  readonly origin: OriginFetch;
  /** Keeps other processes over the same store from making what is missing at the same time. */
  readonly withLease?: WithLease | undefined;
}

/** The last `fetch` of a chain of layers. */
export function createOriginSide({ description, runner, origin, withLease }: OriginSideParts): Fetch {
  const origins = new Map(description.origins.map((described) => [described.id, described]));
  const via = `1.1 ${description.id.toLowerCase()}.${description.domainName} (CloudFront)`;

  return async function fetchFromOrigin(request, validators) {
    const { behavior, id: requestId, log } = request;
    const occasion = { behavior, requestId, log };
    const given = originBound(request, validators, { origin: originOf(request), via });
    const outcome = await runner.onRequest("origin-request", given, occasion);
    if (outcome.kind === "failed") return outcome.answer;
    if (outcome.kind === "generated") {
      return { ...answerOf(outcome.response, empty), madeBy: "LambdaGeneratedResponse" };
    }
    // Without a word about the origin, it is the behavior's.
    const { uri, querystring, headers, origin: chosen = given.origin } = outcome.request;
    const forwarded: GivenRequest = { ...given, uri, querystring, headers, origin: chosen };
    const sent = originRequest(forwarded, chosen, accessTo(chosen.s3?.domainName));
    const first = await askOrigin(origin, sent, occasion);
    if (withLease === undefined || !isMiss(first)) return respond(forwarded, first, occasion);
    // Whoever held the lease before may have stored it: the origin is asked again.
    return withLease(uri, async () => respond(forwarded, await askOrigin(origin, sent, occasion), occasion));
  };

  /** Where the origin has not answered, there is no origin response for a function. */
  async function respond(
    request: GivenRequest,
    asked: OriginOutcome,
    occasion: Occasion,
  ): Promise<FetchedAnswer> {
    if (asked.kind === "failed") return asked.answer;
    const { answer: fromOrigin } = asked;
    const given = { ...fromOrigin, headers: visibleHeaders(fromOrigin.headers) };
    const outcome = await runner.onResponse("origin-response", request, given, occasion);
    return outcome.kind === "failed" ? outcome.answer : answerOf(outcome.response, fromOrigin.body);
  }

  /** A function may have chosen another bucket of the description. */
  function accessTo(domainName: string | undefined): BucketAccess {
    const described = description.origins.find((candidate) => candidate.domainName === domainName);
    const { originAccessControl = false, listBucket = false } = described ?? {};
    return { originAccessControl, listBucket };
  }

  function originOf({ behavior }: LayerRequest): OriginDescription {
    const found = origins.get(behavior.targetOriginId);
    if (found === undefined)
      throw new TypeError(`expected an origin with the id "${behavior.targetOriginId}"`);
    return found;
  }
}

const empty = Buffer.alloc(0);
const missStatuses = new Set([403, 404]);

function isMiss(asked: OriginOutcome): boolean {
  return asked.kind === "answered" && missStatuses.has(asked.answer.status);
}

/** Without a `body` member the origin's body is kept; CloudFront frames the whole anew. */
function answerOf(
  { status, statusDescription, headers, body }: ResponseResult,
  originBody: Buffer,
): OriginAnswer {
  const { "transfer-encoding": _framing, ...kept } = headers;
  return {
    status,
    ...(statusDescription !== undefined && { statusDescription }),
    // One object for all that were collapsed into this request.
    headers: Object.freeze(kept),
    body: body ?? originBody,
  };
}

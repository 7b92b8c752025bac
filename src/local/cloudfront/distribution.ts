/** One distribution on this machine: viewer-request, cache, origin, origin-response, in CloudFront's order. */

import type {
  CloudFrontRequest,
  CloudFrontRequestEvent,
  CloudFrontRequestResult,
  CloudFrontResponseEvent,
  CloudFrontResultResponse,
} from "aws-lambda";
import type { HeaderMap } from "../../edge/event.ts";
import type { Log, LogEntry } from "../../edge/log.ts";
import type { WithLease } from "../lease-channel.ts";
import type { Cache, CachedAnswer, OriginAnswer } from "./cache.ts";
import { createDecisions } from "./decisions.ts";
import { answerOf, originResponseEvent, type ViewerRequest, viewerRequestEvent } from "./events.ts";

/** In CloudFront's words for the `x-cache` header. */
export type CacheOutcome = "Hit" | "RefreshHit" | "Miss" | "Error" | "LambdaGeneratedResponse";

export interface DistributionParts {
  readonly viewerRequest: (event: CloudFrontRequestEvent, log: Log) => Promise<CloudFrontRequestResult>;
  readonly origin: (request: OriginRequest) => Promise<OriginAnswer>;
  readonly originResponse: (event: CloudFrontResponseEvent, log: Log) => Promise<CloudFrontResultResponse>;
  readonly cache: Cache;
  /** Keeps other processes over the same store from rendering a path at the same time. */
  readonly withLease?: WithLease | undefined;
  readonly nowMilliseconds: () => number;
}

export interface OriginRequest {
  readonly method: string;
  /** The canonical path, percent-encoded. */
  readonly path: string;
  readonly headers: HeaderMap;
}

export interface DistributionAnswer extends OriginAnswer {
  readonly cacheOutcome: CacheOutcome;
  readonly ageSeconds: number;
  /** What the functions logged for this very request, in the order they ran. */
  readonly logged: readonly LogEntry[];
}

export type Distribution = (request: ViewerRequest) => Promise<DistributionAnswer>;

interface Flight {
  readonly method: string;
  readonly landed: Promise<Fetched>;
}

interface Fetched {
  readonly answer: OriginAnswer;
  readonly cacheOutcome: CacheOutcome;
}

/** Identical canonical paths are collapsed: one origin request, and so one render, at a time. */
export function createDistribution(parts: DistributionParts): Distribution {
  const { cache, nowMilliseconds } = parts;
  const flights = new Map<string, Flight>();
  const decisions = createDecisions(nowMilliseconds);

  return async function answer(viewer) {
    const decision = decisions.recall(viewer);
    const known = decision && cache.get(decision.canonicalPath);
    if (decision !== undefined && known !== undefined && isFresh(known)) return hit(known, decision.logged);

    const logged: LogEntry[] = [];
    const log: Log = (entry) => logged.push(entry);
    const askedMilliseconds = nowMilliseconds();
    const result = await parts.viewerRequest(viewerRequestEvent(viewer), log);
    if (!isRequest(result)) {
      const generated = answerOf(result ?? { status: "502" }, empty);
      return { ...generated, cacheOutcome: "LambdaGeneratedResponse", ageSeconds: 0, logged };
    }

    decisions.remember(viewer, { canonicalPath: result.uri, logged: [...logged] }, askedMilliseconds);
    const cached = cache.get(result.uri);
    if (cached !== undefined && isFresh(cached)) return hit(cached, logged);
    const fetched = await collapse(result, () => fetchThroughOrigin(viewer.id, result, cached, log));
    return { ...fetched.answer, cacheOutcome: fetched.cacheOutcome, ageSeconds: 0, logged };
  };

  async function collapse(request: CloudFrontRequest, fetch: () => Promise<Fetched>): Promise<Fetched> {
    const { uri, method } = request;
    for (let flight = flights.get(uri); flight !== undefined; flight = flights.get(uri)) {
      const { answer } = await flight.landed;
      // A HEAD brought no body: a GET that waited for it goes on to the origin, one of them at a time.
      if (flight.method === "GET" || method === "HEAD") return { answer, cacheOutcome: outcomeOfHit(answer) };
    }
    const landed = fetch();
    flights.set(uri, { method, landed });
    try {
      return await landed;
    } finally {
      flights.delete(uri);
    }
  }

  async function fetchThroughOrigin(
    requestId: string,
    request: CloudFrontRequest,
    cached: CachedAnswer | undefined,
    log: Log,
  ): Promise<Fetched> {
    const { method, uri } = request;
    const ask = () => parts.origin({ method, path: uri, headers: revalidationHeaders(cached) });
    const respond = async (fromOrigin: OriginAnswer) =>
      answerOf(
        await parts.originResponse(originResponseEvent(requestId, request, fromOrigin), log),
        fromOrigin.body,
      );
    const first = await ask();
    const { withLease } = parts;
    const answer =
      withLease !== undefined && missStatuses.has(first.status)
        ? // Whoever held the lease before may have stored it: the origin is asked again.
          await withLease(uri, async () => respond(await ask()))
        : await respond(first);
    if (answer.status === 304 && cached !== undefined) {
      const { status, body, headers } = cached;
      const refreshed = { status, body, headers: { ...headers, ...answer.headers } };
      return { answer: cache.put(uri, refreshed, nowMilliseconds()), cacheOutcome: "RefreshHit" };
    }
    // A failing origin must not take down what is still in the cache.
    if (answer.status >= 500 && cached !== undefined && cached.status < 400) {
      return { answer: cached, cacheOutcome: "RefreshHit" };
    }
    // HEAD shares GET's key: what has no body must not be kept under it.
    if (method !== "HEAD") cache.put(uri, answer, nowMilliseconds());
    return { answer, cacheOutcome: answer.status < 400 ? "Miss" : "Error" };
  }

  function isFresh({ freshUntilMilliseconds }: CachedAnswer): boolean {
    return freshUntilMilliseconds > nowMilliseconds();
  }

  function hit(cached: CachedAnswer, logged: readonly LogEntry[]): DistributionAnswer {
    const { status, headers, body, storedAtMilliseconds } = cached;
    const ageSeconds = Math.max(0, Math.floor((nowMilliseconds() - storedAtMilliseconds) / 1000));
    return { status, headers, body, cacheOutcome: outcomeOfHit(cached), ageSeconds, logged };
  }
}

const empty = Buffer.alloc(0);
const missStatuses = new Set([403, 404]);

function isRequest(result: CloudFrontRequestResult): result is CloudFrontRequest {
  return result !== null && result !== undefined && "uri" in result;
}

function outcomeOfHit({ status }: OriginAnswer): CacheOutcome {
  return status < 400 ? "Hit" : "Error";
}

function revalidationHeaders(cached: CachedAnswer | undefined): HeaderMap {
  const { etag, "last-modified": lastModified } = cached?.headers ?? {};
  return {
    ...(etag !== undefined && { "if-none-match": etag }),
    ...(lastModified !== undefined && { "if-modified-since": lastModified }),
  };
}

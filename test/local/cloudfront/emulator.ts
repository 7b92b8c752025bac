/** A small distribution for tests: one behavior, one function at most for each event, an origin that is told what to say. */

import type { HeaderMap } from "../../../src/edge/event.ts";
import { type AssemblyOptions, assembleDistribution } from "../../../src/local/cloudfront/assembly.ts";
import type {
  CacheBehavior,
  DistributionDescription,
  EventType,
} from "../../../src/local/cloudfront/description.ts";
import type { ReceivedRequest, ViewerRequest } from "../../../src/local/cloudfront/events.ts";
import { imgsealDistribution } from "../../../src/local/cloudfront/imgseal-distribution.ts";
import type { EdgeFunction } from "../../../src/local/cloudfront/invoke.ts";
import type { OriginAnswer } from "../../../src/local/cloudfront/layer.ts";
import type { OriginRequest } from "../../../src/local/cloudfront/origin-request.ts";
import type { StartTimer } from "../../../src/local/cloudfront/timer.ts";

export type Handler = EdgeFunction["handler"];

export interface Setting {
  readonly handlers?: Partial<Record<EventType, Handler>>;
  readonly behavior?: Partial<CacheBehavior>;
  readonly description?: Partial<DistributionDescription>;
  readonly origin?: (request: OriginRequest) => OriginAnswer | Promise<OriginAnswer>;
  readonly startTimer?: StartTimer;
  readonly options?: Partial<AssemblyOptions>;
}

export const requestId = "MRVMF7KydIvxMWfJIglgwHQwZsbG2IhRJ07sn9AkKUFSHS9EXAMPLE==";

/** S3's answer for a key that is not there, to who may not list the bucket. */
export const missing: OriginAnswer = {
  status: 403,
  headers: {
    "content-type": "application/xml",
    "transfer-encoding": "chunked",
    server: "AmazonS3",
    "x-amz-request-id": "4442587FB7D0A2F9",
    "x-amz-id-2": "vlR7PnpV2Ce81l0PRw6jlUpck7Jo5ZsQjryTjKlc5aLWGVHPZLj5NeC6qMa0emYBDXOo6QBU0Wo=",
  },
  body: Buffer.from("<Error><Code>AccessDenied</Code></Error>"),
};

export const stored: OriginAnswer = {
  status: 200,
  headers: { "content-type": "text/plain", etag: '"v1"', server: "AmazonS3" },
  body: Buffer.from("the origin's body"),
};

export function createEmulator(setting: Setting = {}) {
  const { handlers = {}, origin = () => stored } = setting;
  const clock = { milliseconds: Date.parse("2026-11-23T10:00:00Z") };
  const asked: OriginRequest[] = [];
  const functions = Object.fromEntries(
    Object.entries(handlers).map(([eventType, handler]) => [`${eventType}-function`, { handler }]),
  );
  const associations = Object.keys(handlers).map((name) => ({
    eventType: name as EventType,
    lambdaFunctionARN: `${name}-function`,
  }));
  const distribution = assembleDistribution({
    description: {
      ...imgsealDistribution,
      id: "EDFDVBD6EXAMPLE",
      domainName: "d111111abcdef8.cloudfront.net",
      defaultCacheBehavior: {
        ...imgsealDistribution.defaultCacheBehavior,
        lambdaFunctionAssociations: associations,
        ...setting.behavior,
      },
      ...setting.description,
    },
    functions,
    origin: async (request) => {
      asked.push(request);
      return origin(request);
    },
    pops: ["FRA56-P1"],
    cacheBytes: 10_000_000,
    startTimer: setting.startTimer,
    nowMilliseconds: () => clock.milliseconds,
    ...setting.options,
  });
  return {
    clock,
    /** What reached the origin. */
    asked,
    distribution,
    ask: (target = "/picture.jpg", viewer: Partial<ViewerRequest> = {}, pop = 0) =>
      distribution.answer({ ...viewerOf(target, viewer.headers), ...viewer }, pop),
  };
}

export function viewerOf(target: string, headers: HeaderMap = { host: "www.example.com" }): ReceivedRequest {
  const [path = "", queryString = ""] = target.split("?", 2);
  return { id: requestId, method: "GET", path, queryString, headers, clientIp: "203.0.113.178" };
}

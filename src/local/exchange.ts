/** One request of a viewer and its answer, without node:http's objects. */

import { randomUUID } from "node:crypto";
import { corsHeaders } from "../edge/cors.ts";
import type { HeaderMap } from "../edge/event.ts";
import { cacheTagHeader, errorAnswer, textAnswer } from "../edge/respond.ts";
import type { PresetTable } from "../presets/table.ts";
import { accessLogLine } from "./access-log.ts";
import { answerViewer } from "./cloudfront/conditional.ts";
import type { Distribution, DistributionAnswer } from "./cloudfront/distribution.ts";
import type { ViewerRequest } from "./cloudfront/events.ts";

/** A page of the service itself; its path is `/` or begins with `/_` and so is no preset's. Gets the query string. */
export type ServicePage = (
  queryString: string,
) => Promise<{ readonly headers: HeaderMap; readonly body: string }>;

export interface ExchangeParts {
  readonly distribution: Distribution;
  readonly cors: PresetTable["cors"];
  readonly pages: Readonly<Record<string, ServicePage>>;
  readonly nowMilliseconds: () => number;
  /** Takes one line per request, without the line end. */
  readonly writeLog: (line: string) => void;
}

export interface RawRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: HeaderMap;
  readonly clientIp: string;
}

export interface RawAnswer {
  readonly status: number;
  readonly headers: HeaderMap;
  readonly body?: Buffer | undefined;
  /** Absent for the service's own pages. */
  readonly logLine?: string;
}

// "Quotas on CloudFront", length of a URL: a longer one never reaches a function.
const maxUrlBytes = 8_192;

export async function answerRequest(raw: RawRequest, parts: ExchangeParts): Promise<RawAnswer> {
  const { method, url, headers } = raw;
  if (url.length > maxUrlBytes) return textRawAnswer(414, "URI too long\n");
  const [path, queryString] = splitUrl(url);
  const page = Object.hasOwn(parts.pages, path) ? parts.pages[path] : undefined;
  if (page !== undefined && (method === "GET" || method === "HEAD"))
    return answerPage(page, method, queryString);

  const started = parts.nowMilliseconds();
  const viewer = { id: randomUUID(), method, path, queryString, headers, clientIp: raw.clientIp };
  const answer = await answerSafely(viewer, parts.distribution);
  const viewed = answerViewer(answer, {
    method,
    ifNoneMatch: headers["if-none-match"],
    ifModifiedSince: headers["if-modified-since"],
    ifRange: headers["if-range"],
    // CloudFront answers a Range with the whole on a generated answer, and with 206 from its cache.
    range: answer.cacheOutcome === "Hit" ? headers.range : undefined,
  });
  return {
    status: viewed.status,
    headers: viewerHeaders(viewed.headers, answer, corsPolicy(parts.cors, headers.origin)),
    body: viewed.body,
    logLine: accessLogLine(answer, {
      method,
      status: viewed.status,
      bodyBytes: viewed.body?.length ?? 0,
      startedMilliseconds: started,
      endedMilliseconds: parts.nowMilliseconds(),
    }),
  };
}

function splitUrl(url: string): [path: string, queryString: string] {
  const mark = url.indexOf("?");
  return mark === -1 ? [url, ""] : [url.slice(0, mark), url.slice(mark + 1)];
}

async function answerPage(page: ServicePage, method: string, queryString: string): Promise<RawAnswer> {
  const { headers, body } = await page(queryString);
  return { status: 200, headers, body: method === "HEAD" ? undefined : Buffer.from(body) };
}

function textRawAnswer(status: number, text: string): RawAnswer {
  const { headers } = textAnswer(status, text, { "cache-control": "no-store" });
  return { status, headers, body: Buffer.from(text) };
}

/** What CloudFront does with a function that throws: an error page, and the viewer learns no more. */
async function answerSafely(viewer: ViewerRequest, distribution: Distribution): Promise<DistributionAnswer> {
  try {
    return await distribution(viewer);
  } catch (error) {
    const { status, headers, body = "" } = errorAnswer(error, viewer.id);
    const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return {
      status,
      headers,
      body: Buffer.from(body),
      cacheOutcome: "Error",
      ageSeconds: 0,
      logged: [
        { handler: "origin-response", id: viewer.id, outcome: "error", code: "INTERNAL", message, ms: {} },
      ],
    };
  }
}

/** The response headers policy: with a list of origins it decides per request, where the cached answer cannot. */
function corsPolicy(cors: PresetTable["cors"], origin: string | undefined): HeaderMap {
  return cors.origins === "*" ? {} : corsHeaders(cors, origin);
}

function viewerHeaders(headers: HeaderMap, answer: DistributionAnswer, policy: HeaderMap): HeaderMap {
  const { [cacheTagHeader]: _tags, "transfer-encoding": _framing, ...kept } = headers;
  const vary = [kept.vary, policy.vary].filter((name) => name !== undefined).join(", ");
  return {
    ...kept,
    ...policy,
    ...(vary !== "" && { vary }),
    "x-cache": `${answer.cacheOutcome} from imgseal`,
    ...(answer.cacheOutcome.endsWith("Hit") && { age: String(answer.ageSeconds) }),
  };
}

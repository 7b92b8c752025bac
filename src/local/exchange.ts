/** One request of a viewer and its answer, without node:http's objects. */

import { randomUUID } from "node:crypto";
import type { HeaderMap } from "../edge/event.ts";
import { describeError } from "../edge/log.ts";
import { errorAnswer, errorCode, textAnswer } from "../edge/respond.ts";
import type { PresetTable } from "../presets/table.ts";
import { accessLogLine, type LoggedAnswer } from "./access-log.ts";
import type { Distribution } from "./cloudfront/distribution.ts";
import type { ViewerRequest } from "./cloudfront/events.ts";
import { corsPolicy, flatten, viewerHeaders } from "./viewer-headers.ts";

/** A page of the service itself; its path is `/` or begins with `/_` and so is no preset's. Gets the query string. */
export type ServicePage = (
  queryString: string,
) => Promise<{ readonly headers: HeaderMap; readonly body: string }>;

export interface ExchangeParts {
  readonly distribution: Distribution;
  readonly cors: PresetTable["cors"];
  readonly pages: Readonly<Record<string, ServicePage>>;
  /** Which of the distribution's edge locations answers, the first unless said. */
  readonly pop?: number;
  /** Whether who asks under this Host may see this page; absent: everybody may. */
  readonly showsPage?: (path: string, host: string | undefined) => boolean;
  readonly nowMilliseconds: () => number;
  /** Takes one line per request, without the line end; absent: nothing is logged. */
  readonly writeLog?: ((line: string) => void) | undefined;
}

export interface RawRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: HeaderMap;
  readonly clientIp: string;
}

export interface RawAnswer {
  readonly status: number;
  /** Names and values in turn, as `writeHead` takes them; the caller's own. */
  readonly headers: string[];
  readonly body?: Buffer | undefined;
}

export async function answerRequest(raw: RawRequest, parts: ExchangeParts): Promise<RawAnswer> {
  const { method, url, headers } = raw;
  const [path, queryString] = splitUrl(url);
  const page = Object.hasOwn(parts.pages, path) ? parts.pages[path] : undefined;
  if (page !== undefined && (method === "GET" || method === "HEAD")) {
    if (parts.showsPage?.(path, headers.host) === false) {
      return textRawAnswer(403, "Forbidden: this page is not shown under this Host\n");
    }
    return answerPage(page, { method, queryString }, parts);
  }

  const startedMilliseconds = parts.nowMilliseconds();
  const viewer = { id: randomUUID(), method, path, queryString, headers, clientIp: raw.clientIp };
  const answer = await answerSafely(viewer, parts);
  const { status, body } = answer;
  parts.writeLog?.(
    accessLogLine(answer, {
      id: viewer.id,
      method,
      status,
      bodyBytes: body?.length ?? 0,
      startedMilliseconds,
      endedMilliseconds: parts.nowMilliseconds(),
    }),
  );
  return { status, headers: viewerHeaders(answer, corsPolicy(parts.cors, headers.origin)), body };
}

function splitUrl(url: string): [path: string, queryString: string] {
  const mark = url.indexOf("?");
  return mark === -1 ? [url, ""] : [url.slice(0, mark), url.slice(mark + 1)];
}

/** A page lists pictures, and folders can fail: that is this page's 503, and no reason for the process to end. */
async function answerPage(
  page: ServicePage,
  { method, queryString }: { readonly method: string; readonly queryString: string },
  { writeLog }: ExchangeParts,
): Promise<RawAnswer> {
  const bodyOf = (text: string) => (method === "HEAD" ? undefined : Buffer.from(text));
  try {
    const { headers, body } = await page(queryString);
    return { status: 200, headers: flatten(headers), body: bodyOf(body) };
  } catch (error) {
    const id = randomUUID();
    const { status, headers, body = "" } = errorAnswer(error, { id, method });
    writeLog?.(
      JSON.stringify({ id, outcome: "page-failure", code: errorCode(error), message: describeError(error) }),
    );
    return { status, headers: flatten(headers), body: bodyOf(String(body)) };
  }
}

function textRawAnswer(status: number, text: string): RawAnswer {
  const { headers } = textAnswer(status, text, { "cache-control": "no-store" });
  return { status, headers: flatten(headers), body: Buffer.from(text) };
}

/** What the distribution did not foresee is a mistake of ours: an error page, and the viewer learns no more. */
async function answerSafely(
  viewer: ViewerRequest,
  { distribution, pop = 0 }: ExchangeParts,
): Promise<LoggedAnswer> {
  try {
    return await distribution.answer(viewer, pop);
  } catch (error) {
    const { status, headers, body = "" } = errorAnswer(error, viewer);
    const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return {
      status,
      headers,
      body: Buffer.from(body),
      cacheOutcome: "Error",
      ageSeconds: 0,
      requestId: viewer.id,
      pop: distribution.pops[pop] ?? "",
      logged: [{ id: viewer.id, outcome: "error", code: errorCode(error), message }],
    };
  }
}

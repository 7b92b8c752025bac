/** A miss at the origin: read the source, render, write back, answer. */

import { ImgsealError } from "../errors.ts";
import type { Rendition, render } from "../images/render.ts";
import type { Preset, PresetTable } from "../presets/table.ts";
import type { Variant } from "../presets/variant.ts";
import type { Room, SourceStore, Store } from "../store/store.ts";
import { storeKey } from "../urls/canonical-path.ts";
import { type Deadline, startDeadline } from "./deadline.ts";
import type { EdgeAnswer, EdgeRequest, HeaderMap } from "./event.ts";
import { describeError, type LogEntry, timed } from "./log.ts";
import { errorCode, imageHeaders, type OriginOutcome, oneViewersCacheControl } from "./respond.ts";
import { fitsGeneratedResponse } from "./response-quota.ts";
import { type WriteBack, writeBack } from "./write-back.ts";

export interface MissParts {
  readonly table: PresetTable;
  readonly sources: SourceStore;
  readonly derivatives: Store;
  readonly render: typeof render;
  /**
   * Bounds how many sources are held and rendered at once; a Lambda function has one event at a time anyway. May lend
   * room for the source, which is lent again once the work is done: no result of it may lie there.
   */
  readonly schedule: <T>(work: (room?: Room) => Promise<T>) => Promise<T>;
  readonly nowMilliseconds: () => number;
}

/** What one miss is about. */
export interface Miss {
  readonly request: EdgeRequest;
  readonly variant: Variant;
  readonly preset: Preset;
  readonly isStale: boolean;
  readonly startedMilliseconds: number;
}

/**
 * Makes the picture and answers it, or the redirect to where it is kept when it is over the quota.
 *
 * @throws ImgsealError with the code of whatever stage failed
 */
export async function answerMiss(miss: Miss, parts: MissParts, entry: LogEntry): Promise<EdgeAnswer> {
  const { variant, preset, isStale } = miss;
  const { rendition, etag, deadline } = await parts.schedule((room) =>
    renderSource(miss, parts, entry, room),
  );
  const headers = imageHeaders(variant, preset, parts.table.cors, isStale ? "stale-preset" : "rendered");
  const fits = rendition.fits && fitsGeneratedResponse(headers, rendition.body);
  if (!fits) refuseOverflow(rendition, miss);

  const source = { key: variant.source, etag };
  const written = isStale
    ? undefined
    : await keep(rendition, { source, isRedirect: !fits, deadline }, miss, parts, entry);
  entry.outcome = outcomeOf(fits, isStale);
  return fits ? imageAnswer(rendition, written, headers, miss) : redirectToStored(headers);
}

async function renderSource(
  { variant, preset }: Miss,
  { sources, table, render, nowMilliseconds }: MissParts,
  entry: LogEntry,
  room: Room | undefined,
): Promise<{ rendition: Rendition; etag: string; deadline: Deadline }> {
  const deadline = startDeadline(nowMilliseconds);
  const { limits } = table;
  const source = await timed(entry, "read", nowMilliseconds, () =>
    sources.read(variant.source, { maxBytes: limits.sourceBytes, room, signal: deadline.signal() }),
  );
  if (source === undefined)
    throw new ImgsealError("SOURCE_NOT_FOUND", `no source has the key "${variant.source}"`);
  entry.bytesIn = source.bytes;
  const renderSeconds = Math.min(limits.renderSeconds, deadline.renderSeconds());
  const rendition = await timed(entry, "render", nowMilliseconds, () =>
    render(source.body, preset, variant, { ...limits, renderSeconds }),
  );
  entry.bytesOut = rendition.body.length;
  entry.encodes = rendition.encodes;
  if (rendition.quality !== undefined) entry.quality = rendition.quality;
  return { rendition, etag: source.etag, deadline };
}

async function keep(
  rendition: Rendition,
  { deadline, ...options }: Pick<WriteBack, "source" | "isRedirect"> & { readonly deadline: Deadline },
  { variant, startedMilliseconds }: Miss,
  { derivatives, nowMilliseconds }: MissParts,
  entry: LogEntry,
): Promise<string | undefined> {
  const { isRedirect } = options;
  try {
    return await timed(entry, "write", nowMilliseconds, () =>
      writeBack(rendition, {
        ...options,
        derivatives,
        key: storeKey(variant),
        startedMilliseconds,
        signal: deadline.signal(),
      }),
    );
  } catch (error) {
    // Only a confirmed write may be redirected to, and an unreadable derivative must not stay unnoticed; otherwise
    // the picture is there and the viewer gets it.
    if (isRedirect || errorCode(error) === "DERIVATIVE_UNREADABLE") throw error;
    entry.writeBack = describeError(error);
    return undefined;
  }
}

function imageAnswer(
  rendition: Rendition,
  etag: string | undefined,
  headers: HeaderMap,
  { request }: Miss,
): EdgeAnswer {
  const described = {
    ...headers,
    "content-type": rendition.contentType,
    ...(etag !== undefined && { etag }),
  };
  // HEAD shares GET's cache key: an answer without a body must not stay there.
  if (request.method === "HEAD")
    return { status: 200, headers: { ...described, "cache-control": oneViewersCacheControl } };
  return { status: 200, headers: described, body: rendition.body };
}

/**
 * Sends the client back to the URL it asked for, now served from S3 at any size.
 *
 * The Location is a fragment-only relative reference (RFC 3986 5.2.2), so no viewer sees another viewer's signature
 * through a collapsed request.
 */
function redirectToStored(headers: HeaderMap): EdgeAnswer {
  return {
    status: 302,
    headers: {
      ...headers,
      "cache-control": oneViewersCacheControl,
      location: "#stored",
      "x-imgseal": "overflow",
    },
  };
}

function outcomeOf(fits: boolean, isStale: boolean): OriginOutcome {
  if (!fits) return "overflow";
  return isStale ? "stale-preset" : "rendered";
}

function refuseOverflow({ body, encodes }: Rendition, { preset, isStale }: Miss): void {
  // What is not written back cannot be redirected to. This path's own function is about to be live, and may well
  // make it fit: nothing to be kept for minutes.
  if (isStale) throw new ImgsealError("PRESET_SKEWED", "the rendition of a stale preset is over the quota");
  if (preset.overflow === "redirect") return;
  throw new ImgsealError(
    "RENDITION_TOO_LARGE",
    `the rendition has ${body.length} bytes after ${encodes} encodes, more than the ` +
      `${preset.maxBytes} that preset "${preset.name}" allows`,
  );
}

/** Keeping a rendition, and finding out when CloudFront cannot read what was kept. */

import { ImgsealError } from "../errors.ts";
import type { Rendition } from "../images/render.ts";
import type { ObjectInfo, Store } from "../store/store.ts";

// Two functions may render the same path at the same moment; one finds the other's derivative. Clocks differ a
// little too. What was older than this when S3 told CloudFront that it is not there, CloudFront cannot read.
const raceMilliseconds = 60_000;

// A viewer sent back to a derivative that CloudFront cannot read returns at once, again and again: the loop has to
// end after a few rounds and not after a minute.
const redirectRaceMilliseconds = 5_000;

export interface WriteBack {
  readonly derivatives: Store;
  readonly key: string;
  readonly source: { readonly key: string; readonly etag: string };
  readonly isRedirect: boolean;
  /** When this request came from the origin: the origin had just answered that nothing is there. */
  readonly startedMilliseconds: number;
  readonly signal: AbortSignal;
}

/**
 * Writes a rendition unless it is there already.
 *
 * @returns the ETag under which it is stored; `undefined` when another function wrote it and a purge took it away
 * @throws ImgsealError STORE_UNAVAILABLE when nothing was written, or what a redirect needs is gone again
 * @throws ImgsealError DERIVATIVE_UNREADABLE when it had been there all along, unseen by CloudFront
 */
export async function writeBack(rendition: Rendition, options: WriteBack): Promise<string | undefined> {
  const { derivatives, key, isRedirect, signal } = options;
  for (let attempt = 1; attempt <= 2; attempt++) {
    const etag = await write(rendition, options);
    if (etag !== undefined) return etag;
    const existing = await derivatives.head(key, { signal });
    if (existing !== undefined) {
      requireReadable(existing, options);
      return existing.etag;
    }
    // A conflict (409) whose other writer failed, or a purge in between: the place is free once more.
  }
  if (!isRedirect) return undefined;
  throw new ImgsealError("STORE_UNAVAILABLE", "the derivative was taken twice and was not there either time");
}

function write(
  { body, contentType }: Rendition,
  { derivatives, key, source, signal }: WriteBack,
): Promise<string | undefined> {
  const metadata = { source: source.key, "source-etag": source.etag };
  return derivatives.writeIfAbsent(key, body, { contentType, metadata, signal });
}

function requireReadable({ lastModified }: ObjectInfo, { isRedirect, startedMilliseconds }: WriteBack): void {
  const ageMilliseconds = startedMilliseconds - lastModified.getTime();
  if (ageMilliseconds <= (isRedirect ? redirectRaceMilliseconds : raceMilliseconds)) return;
  throw new ImgsealError(
    "DERIVATIVE_UNREADABLE",
    `the derivative was ${Math.round(ageMilliseconds / 1000)} s old when the origin answered that it is not there: ` +
      "CloudFront cannot read the derivatives bucket (origin access control, bucket policy or Region)",
  );
}

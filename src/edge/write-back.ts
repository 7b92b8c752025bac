/** Keeping a rendition, and finding out when CloudFront cannot read what was kept. */

import { ImgsealError } from "../errors.ts";
import type { Rendition } from "../images/render.ts";
import type { Store } from "../store/store.ts";

// Two functions may render the same path at the same moment; one finds the other's derivative. Clocks differ a
// little too. What is older than this was there when S3 told CloudFront that it was not.
const raceMilliseconds = 60_000;

// A viewer sent back to a derivative that CloudFront cannot read returns at once, again and again: the loop has to
// end after a few rounds and not after a minute.
const redirectRaceMilliseconds = 5_000;

export interface WriteBack {
  readonly derivatives: Store;
  readonly key: string;
  readonly source: { readonly key: string; readonly etag: string };
  readonly isRedirect: boolean;
  readonly nowMilliseconds: () => number;
}

/**
 * Writes a rendition unless it is there already.
 *
 * @returns the ETag under which it is stored, or `undefined` when another function had just written it
 * @throws ImgsealError STORE_UNAVAILABLE when nothing was written
 * @throws ImgsealError DERIVATIVE_UNREADABLE when it had been there all along, unseen by CloudFront
 */
export async function writeBack(rendition: Rendition, options: WriteBack): Promise<string | undefined> {
  const { derivatives, key, source, isRedirect, nowMilliseconds } = options;
  const etag = await derivatives.writeIfAbsent(key, rendition.body, {
    contentType: rendition.contentType,
    metadata: { source: source.key, "source-etag": source.etag },
  });
  if (etag !== undefined) return etag;
  const existing = await derivatives.head(key);
  if (existing === undefined) return undefined;
  const ageMilliseconds = nowMilliseconds() - existing.lastModified.getTime();
  if (ageMilliseconds > (isRedirect ? redirectRaceMilliseconds : raceMilliseconds)) {
    throw new ImgsealError(
      "DERIVATIVE_UNREADABLE",
      `the derivative is ${Math.round(ageMilliseconds / 1000)} s old, yet the origin answered that it is not there: ` +
        "CloudFront cannot read the derivatives bucket (origin access control, bucket policy or Region)",
    );
  }
  return existing.etag;
}

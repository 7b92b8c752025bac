/** Signs the URLs in a text anew: the rotation of keys, for content that was stored with its URLs. */

import { type ErrorCode, ImgsealError } from "../errors.ts";
import { lookup, type PresetTable } from "../presets/table.ts";
import { authorise } from "../urls/authorise.ts";
import type { Key } from "../urls/key.ts";
import type { KeySet } from "../urls/key-set.ts";
import { parseSignedUrl, type SignedUrl } from "../urls/signed-url.ts";
import { signSync } from "../urls/sync-signature.ts";
import { piecesOf } from "./pieces.ts";
import { rewriteUrl } from "./written-query.ts";
import { findUrls, originPattern, type WrittenUrl } from "./written-url.ts";

export interface Resigning {
  /** Whose URLs are ours, as `new URL(...).origin` spells it. */
  readonly origin: string;
  readonly table: PresetTable;
  /** The keys that verify. */
  readonly keys: KeySet;
  /** The key that signs. */
  readonly key: Key;
  readonly nowSeconds: number;
  /** Unix seconds, or none, for all; or each URL's own. */
  readonly expiry: { readonly exp?: number } | "keep";
  /** Takes URLs too that are rightly signed and out of time. */
  readonly takesExpired: boolean;
  /** Leaves the URLs of other keys as they are. */
  readonly fromKid?: string;
}

/** Why a URL stays as it is: the code with which the edge refuses it, or that there is nothing to sign anew. */
export type LeftReason = ErrorCode | "public" | "grant" | "another key";

export type Outcome = "signed anew" | "as it was" | LeftReason;

/** How many URLs came to which end. */
export type Tally = Map<Outcome, number>;

/**
 * Signs the URLs of a stream of text anew, in pieces of some size.
 *
 * The text may be in any encoding that ASCII is part of, and may hold what is no character at all: bytes that are in no
 * URL of ours come out as they went in.
 */
export async function* resign(
  input: AsyncIterable<Uint8Array>,
  resigning: Resigning,
  tally: Tally,
): AsyncGenerator<Uint8Array> {
  const pattern = originPattern(resigning.origin);
  for await (const piece of piecesOf(input)) {
    yield Buffer.from(resignText(piece, pattern, resigning, tally), "latin1");
  }
}

function resignText(text: string, pattern: RegExp, resigning: Resigning, tally: Tally): string {
  let written = "";
  let at = 0;
  for (const url of findUrls(text, pattern)) {
    const [outcome, urlText] = resignUrl(text, url, resigning);
    tally.set(outcome, (tally.get(outcome) ?? 0) + 1);
    written += text.slice(at, url.from) + urlText;
    at = url.to;
  }
  return written + text.slice(at);
}

function resignUrl(text: string, url: WrittenUrl, resigning: Resigning): [outcome: Outcome, urlText: string] {
  const before = text.slice(url.from, url.to);
  const signed = verified(url, resigning);
  if (typeof signed === "string") return [signed, before];
  const { table, expiry, key } = resigning;
  const { preset, source, ver } = signed;
  const exp = expiry === "keep" ? signed.exp : expiry.exp;
  const claims = { ...(exp !== undefined && { exp }), ...(ver !== undefined && { ver }) };
  const { kid, sig } = signSync({ preset, source, ...claims }, key);
  const rev = lookup(table, preset).revision.slice(0, 6);
  const after = rewriteUrl(text, url, { kid, sig, rev, ...(exp !== undefined && { exp }) });
  return [after === before ? "as it was" : "signed anew", after];
}

/** What a URL of ours says, or why it is none to be signed anew. */
function verified({ path, queryString }: WrittenUrl, resigning: Resigning): SignedUrl | LeftReason {
  const { table, takesExpired, fromKid } = resigning;
  try {
    const url = parseSignedUrl(path, queryString);
    if (url.grant !== undefined) return "grant";
    if (fromKid !== undefined && url.kid !== undefined && url.kid !== fromKid) return "another key";
    const code = refusalOf(url, resigning);
    // Judged after the signature, which therefore is right.
    if (code !== undefined && !(code === "URL_EXPIRED" && takesExpired)) return code;
    lookup(table, url.preset);
    return url.sig === undefined ? "public" : url;
  } catch (error) {
    if (error instanceof ImgsealError) return error.code;
    throw error;
  }
}

function refusalOf(url: SignedUrl, { table, keys, nowSeconds }: Resigning): ErrorCode | undefined {
  try {
    authorise(url, table, { keys, nowSeconds });
    return undefined;
  } catch (error) {
    if (error instanceof ImgsealError) return error.code;
    throw error;
  }
}

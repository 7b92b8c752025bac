/** Why a URL is accepted or refused: the walk of viewer-request, with what was learned on the way. */

import { type ErrorCode, errorRow, ImgsealError } from "../errors.ts";
import { lookup, type PresetTable } from "../presets/table.ts";
import type { Variant } from "../presets/variant.ts";
import { authorise } from "../urls/authorise.ts";
import { formatCanonicalPath } from "../urls/canonical-path.ts";
import type { KeySet } from "../urls/key-set.ts";
import { select } from "../urls/select.ts";
import { canonicalTarget, parseSignedUrl, type SignedUrl } from "../urls/signed-url.ts";
import { hintsOnRefusal, hintsOnSelection } from "./explanation-hints.ts";
import { formatUnixSeconds } from "./moment.ts";
import { type ExplainedParameter, explainParameters } from "./url-parameters.ts";

export interface ExplanationParts {
  readonly table: PresetTable;
  readonly keys: KeySet;
  readonly accept?: string;
  readonly nowSeconds: number;
}

export interface Explanation {
  readonly outcome: "accepted" | "refused";
  readonly refusal?: { readonly code: ErrorCode; readonly status: number; readonly reason: string };
  readonly path: string;
  readonly parameters: readonly ExplainedParameter[];
  /** What the path says, once it could be parsed. */
  readonly parsed?: { readonly preset: string; readonly source: string };
  readonly key?: { readonly kid: string; readonly alg: string; readonly isSigningKey: boolean };
  readonly signature: "matches" | "does not match" | "not needed" | "missing" | "not checked";
  /** The canonical request target: what a signature has to cover. */
  readonly signedTarget?: string;
  readonly expires?: string;
  readonly variant?: Variant;
  readonly canonicalPath?: string;
  readonly hints: readonly string[];
}

/** Explains a request target, `path?query`, as it goes over the wire. */
export function explain(target: string, parts: ExplanationParts): Explanation {
  const mark = target.indexOf("?");
  const path = mark === -1 ? target : target.slice(0, mark);
  const queryString = mark === -1 ? "" : target.slice(mark + 1);
  const request = { path, parameters: explainParameters(queryString) };

  const url = attempt(() => parseSignedUrl(path, queryString));
  if (url instanceof ImgsealError) {
    return {
      ...request,
      ...refused(url),
      signature: "not checked",
      hints: hintsOnRefusal(url.code, request, parts),
    };
  }
  const parsed = { ...request, ...factsOf(url, parts) };
  const denied = attempt(() => authorise(url, parts.table, parts));
  if (denied instanceof ImgsealError) {
    const hints = hintsOnRefusal(denied.code, { ...request, url }, parts);
    return { ...parsed, ...refused(denied), signature: signatureAfter(denied.code), hints };
  }
  const signature = url.sig === undefined ? "not needed" : "matches";
  const selected = attempt(() => {
    const preset = lookup(parts.table, url.preset);
    return { preset, variant: select(preset, url, parts.accept) };
  });
  if (selected instanceof ImgsealError) {
    const hints = hintsOnRefusal(selected.code, { ...request, url }, parts);
    return { ...parsed, ...refused(selected), signature, hints };
  }
  const { preset, variant } = selected;
  return {
    ...parsed,
    outcome: "accepted",
    signature,
    variant,
    canonicalPath: formatCanonicalPath(variant),
    hints: hintsOnSelection(preset, url, variant, parts.accept),
  };
}

function factsOf(url: SignedUrl, { keys, nowSeconds }: ExplanationParts) {
  const key = url.kid === undefined ? undefined : keys.find(url.kid);
  return {
    parsed: { preset: url.preset, source: url.source },
    signedTarget: canonicalTarget(url),
    ...(key && {
      key: { kid: key.kid, alg: key.alg, isSigningKey: key === keys.findSigningKey(nowSeconds) },
    }),
    ...(url.exp !== undefined && { expires: formatUnixSeconds(url.exp) }),
  };
}

function refused({ code, message }: ImgsealError) {
  return { outcome: "refused", refusal: { code, status: errorRow(code).status, reason: message } } as const;
}

function signatureAfter(code: ErrorCode): Explanation["signature"] {
  const states: Partial<Record<ErrorCode, Explanation["signature"]>> = {
    SIGNATURE_MISSING: "missing",
    SIGNATURE_INVALID: "does not match",
    // The expiry is looked at only after the signature.
    URL_EXPIRED: "matches",
  };
  return states[code] ?? "not checked";
}

function attempt<T>(step: () => T): T | ImgsealError {
  try {
    return step();
  } catch (error) {
    if (error instanceof ImgsealError) return error;
    throw error;
  }
}

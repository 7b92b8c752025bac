/** Why a URL is accepted or refused: the walk of viewer-request, with what was learned on the way. */

import { type ErrorCode, errorRow, ImgsealError } from "../errors.ts";
import { lookup, type PresetTable } from "../presets/table.ts";
import type { Variant } from "../presets/variant.ts";
import { authorise } from "../urls/authorise.ts";
import { formatCanonicalPath } from "../urls/canonical-path.ts";
import { type GrantClaims, parseGrant, parseGrantClaims } from "../urls/grant.ts";
import { isAuthenticInNode } from "../urls/jws-node.ts";
import type { Key } from "../urls/key.ts";
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
  /** What a grant opens, once its signature is known to be right. */
  readonly grant?: GrantClaims;
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
  const facts = url.grant === undefined ? factsOfSignature(url, parts) : factsOfGrant(url.grant, parts);
  const parsed = { ...request, parsed: { preset: url.preset, source: url.source }, ...facts };
  const known = { ...request, url, ...("grant" in facts && { grant: facts.grant }) };
  const denied = attempt(() => authorise(url, parts.table, parts));
  if (denied instanceof ImgsealError) {
    const hints = hintsOnRefusal(denied.code, known, parts);
    return { signature: signatureAfter(denied.code), ...parsed, ...refused(denied), hints };
  }
  const signature = url.sig === undefined && url.grant === undefined ? "not needed" : "matches";
  const selected = attempt(() => {
    const preset = lookup(parts.table, url.preset);
    return { preset, variant: select(preset, url, parts.accept) };
  });
  if (selected instanceof ImgsealError) {
    const hints = hintsOnRefusal(selected.code, known, parts);
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

function factsOfSignature(url: SignedUrl, parts: ExplanationParts) {
  const key = url.kid === undefined ? undefined : parts.keys.find(url.kid);
  return {
    signedTarget: canonicalTarget(url),
    ...(key && { key: describeKey(key, parts) }),
    ...(url.exp !== undefined && { expires: formatUnixSeconds(url.exp) }),
  };
}

/** Nothing of a token is told before its signature is known to be right: until then it is anybody's word. */
function factsOfGrant(token: string, parts: ExplanationParts) {
  const grant = attempt(() => parseGrant(token, parts));
  if (grant instanceof ImgsealError) return {};
  const key = describeKey(grant.key, parts);
  if (!isAuthenticInNode(grant.signingInput, grant.signature, grant.key)) {
    return { key, signature: "does not match" } as const;
  }
  const claims = attempt(() => parseGrantClaims(grant.payload));
  if (claims instanceof ImgsealError) return { key, signature: "matches" } as const;
  return { key, signature: "matches", grant: claims, expires: formatUnixSeconds(claims.exp) } as const;
}

function describeKey(key: Key, { keys, nowSeconds }: ExplanationParts) {
  return { kid: key.kid, alg: key.alg, isSigningKey: key === keys.findSigningKey(nowSeconds) };
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
    GRANT_SCOPE: "matches",
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

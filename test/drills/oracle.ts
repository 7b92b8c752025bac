/** Says by itself whether a request target may be let through: its own splitting, its own spelling, and jose's mathematics. */

import { flattenedVerify } from "jose";
import type { PresetTable } from "../../src/presets/table.ts";

export interface Claims {
  readonly preset: string;
  readonly source: string;
  readonly wire: string;
  readonly version: string | undefined;
}

export interface OracleKey {
  readonly kid: string;
  /** base64url, as in a JWK. */
  readonly k: string;
}

const ours = new Set(["exp", "ver", "kid", "sig", "grant", "w", "dpr", "fm"]);
const signedNames = ["exp", "ver", "kid", "sig", "grant"];

/** What a target rightly claims at that moment; `undefined` for everything that has to be refused. */
export async function rightlyClaimed(
  target: string,
  { table, keys, nowSeconds }: { table: PresetTable; keys: readonly OracleKey[]; nowSeconds: number },
): Promise<Claims | undefined> {
  const [path = "", ...rest] = target.split("?");
  const [empty, rawPreset = "", ...segments] = path.split("/");
  const preset = decoded(rawPreset) ?? "";
  const source = decoded(segments.join("/"));
  const parameters = parametersOf(rest.join("?"));
  if (empty !== "" || source === undefined || parameters === undefined) return undefined;
  // An escaped slash is no slash, and nothing may lead elsewhere.
  if (/%2f/i.test(path) || /[\p{Cc}\\]|(?:^|\/)\.{0,2}(?:\/|$)/u.test(source)) return undefined;
  const wire = Buffer.from(source).reduce((text, byte) => text + spelled(byte), "");
  const { exp, ver, kid, sig } = Object.fromEntries(parameters);
  const claims = { preset, source, wire, version: ver };
  const isPublic = Object.entries(table.presets).some(
    ([name, { access }]) => name === preset && access === "public",
  );
  if (isPublic && !signedNames.some((name) => parameters.has(name))) return claims;

  const key = keys.find((each) => each.kid === kid);
  if (key === undefined || sig === undefined || parameters.has("grant")) return undefined;
  // One spelling of a signature only.
  if (Buffer.from(sig, "base64url").toString("base64url") !== sig) return undefined;
  const signed = [exp === undefined ? "" : `exp=${exp}`, ver === undefined ? "" : `ver=${ver}`].filter(
    Boolean,
  );
  const payload = `/${preset}/${wire}${signed.length > 0 ? "?" : ""}${signed.join("&")}`;
  const header = { alg: "HS256", b64: false, crit: ["b64"], kid };
  const jws = {
    protected: Buffer.from(JSON.stringify(header)).toString("base64url"),
    payload: Buffer.from(payload),
    signature: sig,
  };
  const isAuthentic = await flattenedVerify(jws, Buffer.from(key.k, "base64url")).then(
    () => true,
    () => false,
  );
  return isAuthentic && (exp === undefined || nowSeconds < Number(exp)) ? claims : undefined;
}

/** Those of ours; `undefined` when one is given twice. */
function parametersOf(query: string): ReadonlyMap<string, string> | undefined {
  const parameters = new Map<string, string>();
  for (const part of query.split("&")) {
    const [rawName = "", ...rawValue] = part.split("=");
    const name = decoded(rawName);
    if (name === undefined || !ours.has(name)) continue;
    const value = decoded(rawValue.join("="));
    if (parameters.has(name) || value === undefined) return undefined;
    // Given and empty is as good as not given.
    if (value !== "" || !["kid", "sig"].includes(name)) parameters.set(name, value);
  }
  return parameters;
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

function spelled(byte: number): string {
  const character = String.fromCharCode(byte);
  return /[A-Za-z0-9\-._~/]/.test(character)
    ? character
    : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
}

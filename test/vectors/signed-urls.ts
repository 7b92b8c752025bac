/** The vectors of the URL contract with their types, and the preset table that they are judged with. */

import { readFileSync } from "node:fs";
import type { ErrorCode } from "../../src/errors.ts";
import type { Preset, PresetTable } from "../../src/presets/table.ts";
import type { GrantClaims } from "../../src/urls/grant.ts";
import { parseKeySet } from "../../src/urls/key-set.ts";
import { parseSignedUrl, type SignedUrl } from "../../src/urls/signed-url.ts";

interface SignedVector {
  readonly name: string;
  readonly kid: string;
  readonly preset: string;
  readonly source: string;
  readonly expires: number | null;
  readonly version: string | null;
  readonly signingInput: string;
  readonly signature: string;
  readonly target: string;
}

interface RefusedVector {
  readonly name: string;
  readonly code: ErrorCode;
  readonly target: string;
}

interface Vectors {
  readonly keys: { readonly keys: readonly { readonly kid: string; readonly k: string }[] };
  readonly clock: number;
  readonly table: Readonly<Record<string, Pick<Preset, "revision" | "formats" | "widths" | "dprs">>>;
  readonly valid: readonly SignedVector[];
  readonly respelled: { readonly of: string; readonly targets: readonly string[] };
  readonly refused: readonly RefusedVector[];
  readonly selected: readonly {
    readonly name: string;
    readonly target: string;
    readonly accept: string | null;
    readonly canonicalPath: string;
    readonly negotiated: boolean;
  }[];
  readonly ed25519: {
    readonly keys: { readonly keys: readonly { readonly kid: string; readonly x: string; readonly d: string }[] };
    readonly valid: readonly SignedVector[];
    readonly refused: readonly RefusedVector[];
  };
  readonly grants: {
    readonly valid: readonly {
      readonly name: string;
      readonly kid: string;
      readonly claims: GrantClaims;
      readonly token: string;
      readonly opens: readonly string[];
      /** Refused with GRANT_SCOPE. */
      readonly refuses: readonly string[];
    }[];
    readonly refused: readonly RefusedVector[];
  };
}

export const vectors: Vectors = JSON.parse(
  readFileSync(new URL("./signed-urls.json", import.meta.url), "utf8"),
);

export const keys = parseKeySet(vectors.keys);

/** Keys of both algorithms, and what the edge has of them: of Ed25519 the public halves. */
export const allJwks = { keys: [...vectors.keys.keys, ...vectors.ed25519.keys.keys] };
export const allKeys = parseKeySet(allJwks);
export const edgeKeys = parseKeySet({ keys: allJwks.keys.map((jwk) => ({ ...jwk, d: undefined })) });

const neutral = {
  access: "signed",
  sources: [],
  fit: "cover",
  position: "centre",
  background: "#ffffffff",
  withoutEnlargement: true,
  quality: {},
  minQuality: 40,
  effort: {},
  lossless: false,
  progressive: false,
  maxBytes: 750_000,
  overflow: "redirect",
  metadata: "strip",
  cache: { maxAgeSeconds: 86_400 },
  download: false,
} as const;

export const table: PresetTable = {
  signing: { requireExpiry: false },
  limits: { sourceBytes: 50_000_000, sourcePixels: 100_000_000, sourceFrames: 1, renderSeconds: 20 },
  cors: { origins: [] },
  presets: Object.fromEntries(
    Object.entries(vectors.table).map(([name, given]) => [name, { ...neutral, ...given, name }]),
  ),
};

/** A request target, `path?query`, split where a server splits it. */
export function parseTarget(target: string): SignedUrl {
  const mark = target.indexOf("?");
  return mark === -1
    ? parseSignedUrl(target, "")
    : parseSignedUrl(target.slice(0, mark), target.slice(mark + 1));
}

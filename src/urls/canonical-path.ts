/**
 * Variant and canonical path, a bijection: the path is the cache key, the store key and the identity of the
 * bytes.
 */

import { ImgsealError } from "../errors.ts";
import { outputFormats, type Variant } from "../presets/variant.ts";
import { decodeSourceKey, encodeSourceKey } from "./source-key.ts";

// One grammar for the whole last segment, not a split at dots: `1.5x` has a dot of its own. dpr 1 is not
// written, and neither are a fraction's trailing zeros.
const derivativeName = new RegExp(
  "^(?<preset>[a-z][a-z0-9-]{0,31})" +
    "\\.(?<revision>[0-9a-f]{12})" +
    "(?:\\.(?<width>[1-9][0-9]{0,4})w|\\.(?!1x)(?<dpr>[1-9](?:\\.[0-9]?[1-9])?)x)?" +
    "(?:\\.v-(?<version>[A-Za-z0-9_-]{1,64}))?" +
    `\\.(?<format>${outputFormats.join("|")})$`,
);

/** The canonical path of a variant. */
export function formatCanonicalPath(variant: Variant): string {
  return `/${encodeSourceKey(variant.source)}/${formatDerivativeName(variant)}`;
}

/** The key under which a variant is stored: its canonical path, decoded, without the leading slash. */
export function storeKey(variant: Variant): string {
  return `${variant.source}/${formatDerivativeName(variant)}`;
}

/**
 * The variant that a canonical path spells. Only what `formatCanonicalPath` writes is accepted: a second
 * spelling would be a second cache entry and a second stored derivative.
 *
 * @throws ImgsealError URL_MALFORMED
 */
export function parseCanonicalPath(path: string): Variant {
  const slash = path.lastIndexOf("/");
  const groups = derivativeName.exec(path.slice(slash + 1))?.groups;
  const { preset, revision, width, dpr, version } = groups ?? {};
  const format = outputFormats.find((known) => known === groups?.format);
  if (!path.startsWith("/") || slash === 0 || !preset || !revision || !format) {
    throw malformed("expected a path of the form /{source}/{preset}.{revision}[...].{format}");
  }
  const wire = path.slice(1, slash);
  const source = decodeSourceKey(wire);
  if (encodeSourceKey(source) !== wire) throw malformed("expected the source key in its canonical spelling");
  return {
    source,
    ...(version !== undefined && { version }),
    preset,
    revision,
    ...(width !== undefined && { width: Number(width) }),
    ...(dpr !== undefined && { dpr: Number(dpr) }),
    format,
  };
}

function formatDerivativeName({ preset, revision, width, dpr, version, format }: Variant): string {
  let name = `${preset}.${revision}`;
  if (width !== undefined) name += `.${width}w`;
  if (dpr !== undefined) name += `.${dpr}x`;
  if (version !== undefined) name += `.v-${version}`;
  return `${name}.${format}`;
}

function malformed(message: string): ImgsealError {
  return new ImgsealError("URL_MALFORMED", message);
}

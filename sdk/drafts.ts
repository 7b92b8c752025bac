/** What both signers share: everything up to the signature, and everything after it. */

import type { GrantClaims } from "../src/urls/grant.ts";
import type { Key } from "../src/urls/key.ts";
import { parseKeySet } from "../src/urls/key-set.ts";
import { formatSignedUrl, type SignedClaims, type SignedUrl } from "../src/urls/signed-url.ts";
import { parseMode } from "./cors.ts";
import { type ExpiryOptions, parseLifetime, resolveExpiry } from "./expiry.ts";
import { type GrantOptions, parseScopes } from "./grant.ts";
import { formatImg, type HtmlOptions } from "./html.ts";
import {
  formatSrcset,
  type ImgAttributes,
  type ImgOptions,
  imgAttributes,
  type UncheckedOptions,
  type UrlFor,
} from "./img.ts";
import { misuse } from "./misuse.ts";
import { parseOrigin } from "./origin.ts";
import { findPreset, parsePresets, type SignerPreset } from "./presets.ts";
import type { SignerOptions } from "./signer.ts";
import {
  type AnySrcsetOptions,
  type AnyUrlOptions,
  parseUrlOptions,
  refuseStrangers,
} from "./url-options.ts";

/** Of them each function takes those that it knows. */
type AnyOptions = AnyUrlOptions & UncheckedOptions & Pick<HtmlOptions, "attributes">;

/** A result that lacks nothing but its signature. */
export interface Draft<Result> {
  readonly claims: SignedClaims;
  readonly key: Key;
  readonly finish: (signed: SignedUrl) => Result;
}

export interface Drafts {
  readonly url: (name: string, source: string, options?: AnyUrlOptions) => Draft<string>;
  srcset(name: string, source: string, options?: AnySrcsetOptions): Draft<string>;
  img(name: string, source: string, options: AnySrcsetOptions & ImgOptions): Draft<ImgAttributes>;
  html(name: string, source: string, options: AnySrcsetOptions & HtmlOptions): Draft<string>;
  grant(options: GrantOptions): { readonly claims: GrantClaims; readonly key: Key };
}

const signerNames = ["baseUrl", "keys", "signingKid", "presets", "lifetime", "now"];
const expiryNames = ["expiresIn", "expiresAt"];
const claimNames = [...expiryNames, "version"];
const urlNames = [...claimNames, "width", "dpr", "format"];
const srcsetNames = [...claimNames, "format"];
const imgNames = [...srcsetNames, "alt", "sizes", "priority", "sourceSize", "crossorigin"];

/** @throws TypeError for a setting that would only fail in a page */
export function createDrafts(options: SignerOptions): Drafts {
  refuseStrangers(options, signerNames);
  const { baseUrl, keys, signingKid, presets: table, lifetime, now = Date.now } = options;
  const origin = parseOrigin(baseUrl);
  const keySet = parseKeySet(keys, { signingKid });
  const { signing, presets } = parsePresets(table);
  const defaultLifetime =
    lifetime === undefined ? undefined : parseLifetime("lifetime", lifetime, signing.maxLifetimeSeconds);

  function keyAndExpiry(options: ExpiryOptions): { readonly key: Key; readonly exp: number | undefined } {
    const nowSeconds = Math.floor(now() / 1000);
    const key = keySet.signingKeyAt(nowSeconds);
    return { key, exp: resolveExpiry(options, defaultLifetime, signing, nowSeconds, key.window.exp) };
  }

  function draft<Result>(
    known: readonly string[],
    finish: (name: string, preset: SignerPreset, urlFor: UrlFor, options: AnyOptions) => Result,
  ) {
    return (name: string, source: string, options: AnyOptions = {}): Draft<Result> => {
      const preset = findPreset(presets, name);
      refuseStrangers(options, known);
      const { claims, selectors } = parseUrlOptions(name, preset, source, options);
      const { key, exp } = keyAndExpiry(options);
      const crossorigin = parseMode(options.crossorigin);
      const rev = preset.revision.slice(0, 6);
      return {
        claims: { ...claims, exp },
        key,
        finish(signed) {
          const urlFor: UrlFor = (more) =>
            origin + formatSignedUrl({ ...signed, ...selectors, ...more }, rev);
          return finish(name, preset, urlFor, { ...options, crossorigin });
        },
      };
    };
  }

  return {
    url: draft(urlNames, (_name, _preset, urlFor) => urlFor({})),
    srcset: draft(srcsetNames, (_name, preset, urlFor) => formatSrcset(preset, urlFor)),
    img: draft(imgNames, imgAttributes),
    html: draft([...imgNames, "attributes"], (name, preset, urlFor, options) =>
      formatImg(imgAttributes(name, preset, urlFor, options), options.attributes),
    ),
    grant(options) {
      refuseStrangers(options, ["presets", "sources", "notBefore", ...expiryNames]);
      const { key, exp } = keyAndExpiry(options);
      const end = exp ?? misuse("expiresIn", "a lifetime, because a grant has to end", options.expiresIn);
      return { claims: parseScopes(options, Object.keys(presets), end), key };
    },
  };
}

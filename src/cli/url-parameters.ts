/** What each parameter of a URL is to imgseal, for people who wonder about it. */

export interface ExplainedParameter {
  readonly name: string;
  /** As written; a signature and a grant are not repeated. */
  readonly value: string;
  readonly isOurs: boolean;
  readonly meaning: string;
}

/** The parameters that are ours (urls.md, "Public URL"). */
const meanings: Readonly<Record<string, string>> = {
  exp: "ours: the expiry, covered by the signature",
  ver: "ours: the version of the source, covered by the signature",
  kid: "ours: the key id",
  sig: "ours: the signature",
  grant: "ours: a grant token",
  w: "ours: picks a width, not signed",
  dpr: "ours: picks a device pixel ratio, not signed",
  fm: "ours: picks a format, not signed",
  rev: "ours: a hint for caches downstream, ignored here",
};

/** What a stranger's parameter was probably meant to do. */
const hopes: readonly { readonly names: RegExp; readonly hint: string }[] = [
  { names: /^amp;/, hint: "the URL was copied from HTML source: write & for &amp;" },
  {
    names: /^(v|version|t|ts|_|cb)$/,
    hint: 'the version of a source is "ver", which only a signer can set',
  },
  {
    names: /^(width|size|h|height|resize|fit|crop)$/,
    hint: 'the preset decides sizes; "w" picks one of its widths',
  },
  { names: /^(q|quality)$/, hint: "the preset decides the quality" },
  { names: /^(f|format|fmt|type|auto)$/, hint: 'the parameter is "fm"' },
  { names: /^(e|expires|expiry|expire)$/, hint: 'the parameter is "exp", which only a signer can set' },
  { names: /^(s|sign|signature|token|hmac)$/, hint: 'the parameter is "sig"' },
  { names: /^(k|key|keyid|key-id|key_id)$/i, hint: 'the parameter is "kid"' },
];

/** Every parameter of a query string, in its order. */
export function explainParameters(queryString: string): ExplainedParameter[] {
  const pairs = queryString.split("&").filter((pair) => pair !== "");
  return pairs.map((pair) => {
    const [rawName = "", ...rest] = pair.split("=");
    const name = decode(rawName);
    const value = rest.join("=");
    const meaning = Object.hasOwn(meanings, name) ? meanings[name] : undefined;
    if (meaning === undefined) return { name, value, isOurs: false, meaning: strangerInWords(name) };
    const isCredential = name === "sig" || name === "grant";
    return { name, value: isCredential ? `(${value.length} characters)` : value, isOurs: true, meaning };
  });
}

/** `exp, ver, ...`: what a cache-buster must not be called. */
export function ourNames(): string {
  return Object.keys(meanings).join(", ");
}

function strangerInWords(name: string): string {
  const ignored = "not ours: ignored and dropped";
  const hint = hopes.find(({ names }) => names.test(name))?.hint;
  return hint === undefined ? ignored : `${ignored}; ${hint}`;
}

function decode(raw: string): string {
  try {
    return decodeURIComponent(raw);
  } catch {
    return raw;
  }
}

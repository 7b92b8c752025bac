import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { explain } from "../../src/cli/explanation.ts";
import type { LogEntry } from "../../src/edge/log.ts";
import { viewerRequest } from "../../src/edge/viewer-request.ts";
import type { PresetTable } from "../../src/presets/table.ts";
import { parseKeySet } from "../../src/urls/key-set.ts";
import { formatSignedUrl, type SignedUrl } from "../../src/urls/signed-url.ts";
import { signSync } from "../../src/urls/sync-signature.ts";
import { viewerRequestEvent } from "../fixtures/events.ts";
import { banner, makePreset, makeTable, og, thumb } from "../fixtures/presets.ts";
import { keys, vectors, table as vectorTable } from "../vectors/signed-urls.ts";
import { imgseal, temporaryFolder } from "./terminal.ts";

const nowSeconds = vectors.clock;
const card = makePreset({
  name: "card",
  width: 400,
  dprs: [1, 2],
  formats: ["webp"],
  sources: ["shop/", "press/"],
});
const table = makeTable([thumb, banner, og, card]);

const judge = (target: string, accept?: string, parts: { table: PresetTable } = { table }) =>
  explain(target, { ...parts, keys, nowSeconds, ...(accept !== undefined && { accept }) });

const [first, second] = keys.keys;
if (first === undefined || second === undefined) throw new Error("the vectors hold two keys");

const signed = (url: SignedUrl, key = first) => formatSignedUrl(signSync(url, key));
const cat = { preset: "thumb", source: "photos/cat.jpg" };

const publicTargets = [
  "/og/a.jpg",
  "/og/a.jpg?w=300&dpr=2&rev=001122&utm_source=x",
  "/og/a.jpg?fm=webp",
  "/og/a.jpg?ver=1",
  `/og/a.jpg?exp=${nowSeconds + 60}`,
  "/og/a.jpg?kid=demo-1",
  "/og/a.jpg?sig=",
  "/og/../a.jpg",
  ...[{}, { ver: "1" }, { exp: nowSeconds + 60 }, { exp: nowSeconds - 60 }].map((claims) =>
    signed({ preset: "og", source: "a.jpg", ...claims }),
  ),
];
const strictTable = makeTable([thumb, banner, og, card], {
  signing: { requireExpiry: true, maxLifetimeSeconds: 30 },
});

/** What viewer-request makes of a target, in the words of an explanation. */
async function atTheEdge(target: string, accept: string | null | undefined, presets: PresetTable) {
  const entries: LogEntry[] = [];
  const event = viewerRequestEvent(target, accept == null ? {} : { headers: { accept } });
  const result = await viewerRequest(event, {
    table: presets,
    keys,
    nowMilliseconds: () => nowSeconds * 1000,
    log: (entry) => entries.push(entry),
  });
  const [{ code, canonicalPath } = {}] = entries;
  const status = result && "status" in result ? Number(result.status) : undefined;
  return { code, status, canonicalPath };
}

describe("explain, over the vectors of the contract,", () => {
  test("accepts what is valid, in all its spellings", () => {
    const targets = [...vectors.valid.map(({ target }) => target), ...vectors.respelled.targets];
    for (const target of targets) {
      const explanation = judge(target, undefined, { table: vectorTable });
      expect({ target, outcome: explanation.outcome }).toEqual({ target, outcome: "accepted" });
      expect(explanation.signature).toBe("matches");
    }
  });

  test("names the code of what is refused", () => {
    for (const { target, code } of vectors.refused) {
      expect(judge(target, undefined, { table: vectorTable })).toMatchObject({
        outcome: "refused",
        refusal: { code },
      });
    }
  });

  test("names the canonical path that is selected", () => {
    for (const { target, accept, canonicalPath } of vectors.selected) {
      const explanation = judge(target, accept ?? undefined, { table: vectorTable });
      expect(explanation).toMatchObject({ outcome: "accepted", canonicalPath });
    }
  });

  test("agrees with viewer-request on everything, its own walk being another one", async () => {
    const cases: readonly { target: string; accept?: string | null; presets: PresetTable }[] = [
      ...vectors.valid.map(({ target }) => ({ target, presets: vectorTable })),
      ...vectors.respelled.targets.map((target) => ({ target, presets: vectorTable })),
      ...vectors.refused.map(({ target }) => ({ target, presets: vectorTable })),
      ...vectors.selected.map((vector) => ({ ...vector, presets: vectorTable })),
      ...publicTargets.map((target) => ({ target, presets: table })),
      ...publicTargets.map((target) => ({ target, presets: strictTable })),
    ];
    const outcomes = new Set<string>();
    for (const { target, accept, presets } of cases) {
      const { refusal, canonicalPath } = judge(target, accept ?? undefined, { table: presets });
      const explained = { code: refusal?.code, status: refusal?.status, canonicalPath };
      expect({ target, ...explained }).toEqual({ target, ...(await atTheEdge(target, accept, presets)) });
      outcomes.add(explained.code ?? "accepted");
    }
    expect(outcomes.size).toBeGreaterThan(6);
  });

  test("never repeats a signature", () => {
    for (const { target, signature } of vectors.valid) {
      const report = JSON.stringify(judge(target, undefined, { table: vectorTable }));
      expect(report).not.toContain(signature);
      expect(report).toContain("(43 characters)");
    }
  });
});

describe("explain", () => {
  test("tells our parameters from those that are dropped", () => {
    const { outcome, parameters } = judge(
      `${signed({ ...cat, exp: nowSeconds + 60 })}&utm_source=x&v=2&%77=300&constructor=1`,
    );
    expect(outcome).toBe("accepted");
    const meanings = Object.fromEntries(parameters.map(({ name, meaning }) => [name, meaning]));
    expect(meanings).toMatchObject({
      exp: "ours: the expiry, covered by the signature",
      w: "ours: picks a width, not signed",
      utm_source: "not ours: ignored and dropped",
      v: 'not ours: ignored and dropped; the version of a source is "ver", which only a signer can set',
      constructor: "not ours: ignored and dropped",
    });
  });

  test("says what became of selectors, and of a missing Accept header", () => {
    expect(judge(`${signed({ ...cat, preset: "banner" })}&w=700`).hints).toEqual([
      "w=700 became 1280, the next declared width",
      "the format depends on the Accept header (avif, webp, jpeg); this is for a client without one, see --accept",
    ]);
    expect(judge(`${signed(cat)}&w=700&dpr=2`, "image/webp").hints).toEqual([
      "w=700 is dropped: the preset declares no widths",
      "dpr=2 is dropped: the preset declares no dprs",
    ]);
    expect(judge(`${signed({ preset: "card", source: "shop/a.jpg" })}&dpr=1.5`).hints).toEqual([
      "dpr=1.5 became 2, the next declared ratio",
    ]);
  });

  test("says that a public preset needs no signature", () => {
    expect(judge("/og/a.jpg")).toMatchObject({ outcome: "accepted", signature: "not needed", hints: [] });
    expect(judge("/og/a.jpg?ver=2")).toMatchObject({
      refusal: { code: "SIGNATURE_MISSING", status: 403 },
      hints: [
        '"og" is public: without exp, ver and kid it needs no signature',
        "to sign it: imgseal sign og a.jpg --version 2",
      ],
    });
  });

  test("says since when a URL has expired, although its signature is right", () => {
    const { signature, refusal, expires, hints } = judge(signed({ ...cat, exp: nowSeconds - 7_300 }));
    expect({ signature, code: refusal?.code, expires }).toEqual({
      signature: "matches",
      code: "URL_EXPIRED",
      expires: "2027-01-15T05:58:20Z",
    });
    expect(hints).toEqual(["expired 2 h ago, at 2027-01-15T05:58:20Z"]);
  });

  test("suggests the preset that was meant, signed or not", () => {
    const hint = 'no preset is named "thmub" (did you mean "thumb"?); there are thumb, banner, og, card';
    expect(judge("/thmub/a.jpg")).toMatchObject({ refusal: { code: "SIGNATURE_MISSING" }, hints: [hint] });
    const unknown = judge(signed({ ...cat, preset: "thmub" }));
    expect(unknown).toMatchObject({ refusal: { code: "PRESET_UNKNOWN", status: 404 }, hints: [hint] });
  });

  test("recognises a canonical path that was typed by hand", () => {
    const path = judge(signed(cat)).canonicalPath ?? "";
    expect(path).toBe("/photos/cat.jpg/thumb.3f9a1c20b4d7.webp");
    for (const target of [path, path.replace("photos", "Photos")]) {
      const { outcome, hints } = judge(target);
      expect(outcome).toBe("refused");
      expect(hints[0]).toMatch(/^this is a canonical path, .*: imgseal sign thumb [Pp]hotos\/cat\.jpg$/);
    }
    expect(judge("/a.jpg/thumb.3f9a1c20b4d7.v-7f3a.webp").hints[0]).toMatch(
      /: imgseal sign thumb a\.jpg --version 7f3a$/,
    );
    expect(judge("/a%20b/it%27s.jpg/thumb.3f9a1c20b4d7.webp").hints[0]).toMatch(
      /imgseal sign thumb 'a b\/it'\\''s\.jpg'$/,
    );
  });

  test("names the keys at hand when the URL's key is not among them", () => {
    const { refusal, hints } = judge("/thumb/a.jpg?kid=gone&sig=x");
    expect(refusal?.code).toBe("KEY_UNKNOWN");
    expect(hints).toEqual([
      "the key file holds demo-1, demo-2; the URL was signed with another one, or its key has been removed",
    ]);
  });

  test("names the prefixes that a preset serves", () => {
    expect(judge(signed({ preset: "card", source: "a.jpg" }))).toMatchObject({
      refusal: { code: "SOURCE_NOT_FOUND" },
      hints: ['its sources begin with "shop/" or "press/"'],
    });
  });

  test("says that a parameter of ours was used as a cache-buster", () => {
    for (const buster of ["w=1732323232", "exp=", "ver=1.2", "w=1&w=2", "fm=1&fm=2"]) {
      const { refusal, hints } = judge(`${signed(cat)}&${buster}`);
      expect(refusal?.code).toBe("URL_MALFORMED");
      expect(hints.join()).toMatch(/^the names exp, ver, kid, sig, grant, w, dpr, fm, rev are ours/);
    }
  });

  test("says what a path that is none belongs to, or lacks", () => {
    expect(judge("/_health").hints).toEqual(["/_health belongs to the service itself and is no picture"]);
    expect(judge("/").hints).toEqual(["/ belongs to the service itself and is no picture"]);
    expect(judge("/thumb/Käse.jpg").hints[0]).toMatch(/^browsers percent-encode/);
    expect(judge("/thumb/../a.jpg?w=1").hints).toEqual([]);
    expect(judge(`${signed(cat).replaceAll("&", "&amp;")}`).hints).toContain(
      "the URL was copied from HTML source: every &amp; stands for &",
    );
  });
});

describe("explain, when a signature does not match,", () => {
  const causes: readonly [what: string, target: string, cause: RegExp][] = [
    [
      "a version that was added",
      `${signed(cat)}&ver=2`,
      /^without ver=2 the signature matches: it was added/,
    ],
    [
      "an expiry that was added",
      `${signed(cat)}&exp=1900000000`,
      /^without exp=1900000000 the signature matches/,
    ],
    [
      "both",
      `${signed(cat)}&exp=1900000000&ver=2`,
      /^without exp=1900000000 and ver=2 the signature matches/,
    ],
    [
      "another key",
      signed(cat, second).replace("demo-2", "demo-1"),
      /^it was signed with the key demo-2, but the URL says kid=demo-1$/,
    ],
    [
      "another preset",
      signed(cat).replace("thumb", "banner"),
      /^it was signed for the preset thumb, and the URL says banner$/,
    ],
    [
      "one encoding too many",
      signed({ ...cat, source: "a b.jpg" }).replace("%20", "%2520"),
      /percent-encoded once more after signing/,
    ],
    [
      "one decoding too many",
      signed({ ...cat, source: "a%20b.jpg" }).replace("%2520", "%20"),
      /decoded once after signing, or encoded before/,
    ],
    [
      "slashes encoded",
      signed({ ...cat, source: "a%2Fb.jpg" }).replace("%252F", "/"),
      /encoded the source before it was signed, slashes too/,
    ],
    [
      "a plus for a space",
      signed({ ...cat, source: "a b.jpg" }).replace("%20", "+"),
      /signed with spaces where the URL has \+/,
    ],
    [
      "another normalisation",
      signed({ ...cat, source: "é.jpg" }).replace("%C3%A9", "e%CC%81"),
      /another Unicode normalisation \(NFC\)/,
    ],
  ];

  test.each(causes)("finds %s", (_, target, cause) => {
    const explanation = judge(target);
    expect(explanation).toMatchObject({
      signature: "does not match",
      refusal: { code: "SIGNATURE_INVALID" },
    });
    expect(explanation.hints).toHaveLength(1);
    expect(explanation.hints[0]).toMatch(cause);
  });

  test("names the likely ones else, and shows the text that had to be signed, but never the right signature", () => {
    const foreign = parseKeySet({
      keys: [{ kty: "oct", alg: "HS256", kid: "demo-1", k: Buffer.alloc(32, 7).toString("base64url") }],
    });
    const url = { ...cat, exp: nowSeconds + 60, ver: "a" };
    const explanation = judge(signed(url, foreign.signingKeyAt(0)));
    expect(explanation.hints[0]).toMatch(/^likely causes: another key under the same kid;/);
    expect(explanation.signedTarget).toBe(`/thumb/photos/cat.jpg?exp=${nowSeconds + 60}&ver=a`);
    expect(JSON.stringify(explanation)).not.toContain(signSync(url, first).sig);
  });
});

describe("imgseal explain", () => {
  function setUp(): string[] {
    const folder = temporaryFolder();
    const [presets, keyFile] = [join(folder, "presets.yaml"), join(folder, "test.keys.json")];
    writeFileSync(
      presets,
      "version: 1\npresets:\n  thumb: { width: 200, height: 150, formats: [avif, webp] }\n",
    );
    writeFileSync(keyFile, JSON.stringify(vectors.keys), { mode: 0o600 });
    return ["--presets", presets, "--keys", keyFile];
  }

  test("prints the walk of an accepted URL", async () => {
    const { exitCode, out, err } = await imgseal(
      "explain",
      `https://img.example.com${signed(cat)}#top`,
      ...setUp(),
    );
    expect({ exitCode, err }).toEqual({ exitCode: 0, err: "" });
    expect(out.replace(/[0-9a-f]{12}/g, "REVISION")).toBe(`path            /thumb/photos/cat.jpg
query           kid=demo-1  ours: the key id
                sig=(43 characters)  ours: the signature
preset          thumb
source          photos/cat.jpg
key             demo-1 (HS256, the one that signs)
signature       matches
text to sign    /thumb/photos/cat.jpg
revision        REVISION
variant         webp
canonical path  /photos/cat.jpg/thumb.REVISION.webp
note            the format depends on the Accept header (avif, webp); this is for a client without one, see --accept

accepted        rightly signed and in time
`);
  });

  test("exits with 1 for a refused one, and takes a whole URL, a path and an Accept header", async () => {
    const files = setUp();
    const { exitCode, out, err } = await imgseal("explain", "/thumb/a.jpg", ...files);
    expect({ exitCode, err }).toEqual({ exitCode: 1, err: "" });
    expect(out).toContain('\nrefused       SIGNATURE_MISSING (403): the URL has no "sig"\n');
    const accepted = await imgseal("explain", signed(cat), "--accept", "image/avif", "--json", ...files);
    expect(JSON.parse(accepted.out)).toMatchObject({ outcome: "accepted", variant: { format: "avif" } });
    const host = await imgseal("explain", "https://img.example.com", "--json", ...files);
    expect(JSON.parse(host.out)).toMatchObject({
      outcome: "refused",
      path: "/",
      refusal: { code: "URL_MALFORMED" },
    });
  });

  test("keeps spellings that the edge would refuse", async () => {
    const { out } = await imgseal(
      "explain",
      "https://img.example.com/thumb/a/%2e%2e/b.jpg",
      "--json",
      ...setUp(),
    );
    expect(JSON.parse(out)).toMatchObject({
      path: "/thumb/a/%2e%2e/b.jpg",
      refusal: { code: "URL_MALFORMED" },
    });
  });

  test("refuses what is no URL", async () => {
    const { exitCode, out, err } = await imgseal("explain", "thumb/a.jpg", ...setUp());
    expect({ exitCode, out }).toEqual({ exitCode: 2, out: "" });
    expect(err).toBe('imgseal: expected a URL, or a path that begins with "/", received "thumb/a.jpg"\n');
  });
});

/** Both signers, held to the same answers: what createSigner promises, createSyncSigner returns, byte for byte. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createSigner, type SignerPresets } from "../../sdk/index.ts";
import { createSyncSigner } from "../../sdk/sync.ts";
import { authorise } from "../../src/urls/authorise.ts";
import { sourceKeys } from "../urls/arbitraries.ts";
import { allJwks, edgeKeys, parseTarget, table, vectors } from "../vectors/signed-urls.ts";

const now = vectors.clock;
const box = { fit: "cover", withoutEnlargement: true, sources: [], formats: ["webp", "jpeg"] } as const;
const presets: SignerPresets = {
  signing: { requireExpiry: false },
  presets: {
    thumb: { ...box, revision: "3f9a1c20b4d7", width: 200, height: 150 },
    card: { ...box, revision: "9c02d1e7f3aa", width: 400, height: 300, dprs: [1, 1.5, 2] },
    banner: { ...box, revision: "b81d44e07a15", widths: [640, 960, 1280], width: 960, aspectRatio: 3.2 },
    tall: { ...box, revision: "111111111111", height: 64, fit: "inside" },
    shop: { ...box, revision: "222222222222", width: 10, height: 10, sources: ["shop/", "press/"] },
  },
};
const base = {
  baseUrl: "https://img.example.com",
  keys: allJwks,
  presets,
  lifetime: "1h",
  now: () => now * 1_000,
};
const signer = createSigner(base);
const sync = createSyncSigner(base);

/** `exp` of the hour's window. */
const exp = now + 3_600;
const origin = "https://img.example.com";
const edge = { keys: edgeKeys, nowSeconds: now };

/** One answer of two signers. */
async function both<Result>(ask: (either: typeof sync) => Result): Promise<Result> {
  const answer = ask(sync);
  expect(await ask(signer as unknown as typeof sync)).toEqual(answer);
  return answer;
}

async function refusal(ask: (either: typeof sync) => unknown): Promise<string> {
  let told: unknown;
  try {
    ask(sync);
  } catch (error) {
    told = error;
  }
  expect(told).toBeInstanceOf(TypeError);
  await expect((async () => ask(signer as unknown as typeof sync))()).rejects.toEqual(told);
  return told instanceof Error ? told.message : "";
}

test("url takes the signer's lifetime, and another one or none when told", async () => {
  expect(await both((s) => s.url("thumb", "a.jpg"))).toContain(`/thumb/a.jpg?exp=${exp}&kid=demo-1&sig=`);
  expect(await both((s) => s.url("thumb", "a.jpg", { expiresIn: "2h" }))).toContain(`exp=${now + 7_200}&`);
  expect(await both((s) => s.url("thumb", "a.jpg", { expiresIn: "never" }))).not.toContain("exp=");
});

test("url writes no ratio of 1: one candidate has one URL", async () => {
  expect(await both((s) => s.url("card", "a.jpg", { dpr: 1 }))).toBe(
    await both((s) => s.url("card", "a.jpg")),
  );
});

test("both sign what the vectors sign, with either algorithm", async () => {
  for (const { kid, preset, source, expires, version, target } of [
    ...vectors.valid,
    ...vectors.ed25519.valid,
  ]) {
    const options = { ...base, presets: table, signingKid: kid, lifetime: 60 };
    const urlOptions = {
      ...(expires === null ? { expiresIn: "never" } : { expiresAt: new Date(expires * 1000) }),
      ...(version !== null && { version }),
    };
    const signed = createSyncSigner(options).url(preset, source, urlOptions);
    expect(signed.replace(/&rev=[0-9a-f]{6}$/, "")).toBe(origin + target);
    expect(await createSigner(options).url(preset, source, urlOptions)).toBe(signed);
  }
});

test("whatever the source is called, both agree and the edge accepts", async () => {
  await fc.assert(
    fc.asyncProperty(sourceKeys, fc.constantFrom("demo-1", "demo-ed-1"), async (source, signingKid) => {
      const options = { ...base, signingKid };
      const url = createSyncSigner(options).url("card", source, { dpr: 2 });
      expect(await createSigner(options).url("card", source, { dpr: 2 })).toBe(url);
      expect(() => authorise(parseTarget(url.slice(origin.length)), table, edge)).not.toThrow();
    }),
    { numRuns: 60 },
  );
});

describe("srcset", () => {
  test("names every declared width under one signature", async () => {
    const srcset = await both((s) => s.srcset("banner", "a.jpg", { format: "webp" }));
    const candidates = srcset.split(", ").map((candidate) => candidate.split(" "));
    expect(candidates.map(([, descriptor]) => descriptor)).toEqual(["640w", "960w", "1280w"]);
    const urls = candidates.map(([url = ""]) => parseTarget(url.slice(origin.length)));
    expect(urls.map(({ w, fm }) => [w, fm])).toEqual([640, 960, 1280].map((w) => [w, "webp"]));
    expect(new Set(urls.map(({ sig }) => sig)).size).toBe(1);
    for (const url of urls) expect(() => authorise(url, table, edge)).not.toThrow();
  });

  test("names ratios, of which 1 is the plain URL", async () => {
    const url = await both((s) => s.url("card", "a.jpg"));
    const [query, rev] = url.split("&rev=");
    expect(await both((s) => s.srcset("card", "a.jpg"))).toBe(
      `${url} 1x, ${query}&dpr=1.5&rev=${rev} 1.5x, ${query}&dpr=2&rev=${rev} 2x`,
    );
  });

  test("is the plain URL of a preset without candidates", async () => {
    expect(await both((s) => s.srcset("thumb", "a.jpg"))).toBe(await both((s) => s.url("thumb", "a.jpg")));
  });

  test("holds no comma and no space but its own, whatever the source is called", async () => {
    const srcset = await both((s) => s.srcset("card", "a, b 2x,.jpg"));
    expect(srcset.split(", ")).toHaveLength(3);
    expect(srcset.match(/,/g)).toHaveLength(2);
  });
});

describe("img", () => {
  test("has everything that keeps a page calm, in the order in which to set it", async () => {
    const attributes = await both((s) => s.img("banner", "a.jpg", { alt: "A cat", sizes: "100vw" }));
    expect(attributes).toEqual({
      alt: "A cat",
      width: 960,
      height: 300,
      loading: "lazy",
      decoding: "async",
      sizes: "100vw",
      srcset: await both((s) => s.srcset("banner", "a.jpg")),
      src: await both((s) => s.url("banner", "a.jpg")),
    });
    // An element that gets src first begins to load it.
    expect(Object.keys(attributes).slice(-3)).toEqual(["sizes", "srcset", "src"]);
  });

  test("of the picture that a page opens with comes first", async () => {
    expect(await both((s) => s.img("thumb", "a.jpg", { alt: "", priority: true }))).toMatchObject({
      loading: "eager",
      fetchpriority: "high",
    });
  });

  test("has a srcset exactly when there is something to choose", async () => {
    expect(await both((s) => s.img("thumb", "a.jpg", { alt: "" }))).not.toHaveProperty("srcset");
    expect(await both((s) => s.img("card", "a.jpg", { alt: "" }))).toHaveProperty("srcset");
  });

  test("asks for CORS when told", async () => {
    const attributes = await both((s) => s.img("thumb", "a.jpg", { alt: "", crossorigin: "anonymous" }));
    expect(attributes.crossorigin).toBe("anonymous");
  });

  test.each<[unknown, object]>([
    [undefined, {}],
    [null, {}],
    [false, {}],
    [true, { crossorigin: "anonymous" }],
    ["", { crossorigin: "anonymous" }],
    ["use-credentials", { crossorigin: "use-credentials" }],
  ])("takes crossorigin: %j as JavaScript and frameworks say it", async (crossorigin, expected) => {
    const options: object = { alt: "", crossorigin };
    const { alt, width, height, loading, decoding, src, ...others } = await both((s) =>
      s.img("thumb", "a.jpg", options as { alt: string }),
    );
    expect(others).toEqual(expected);
  });

  test.each([
    ["thumb", { width: 4_000, height: 3_000 }, { width: 200, height: 150 }],
    ["thumb", { width: 100, height: 100 }, { width: 100, height: 75 }],
    ["tall", { width: 3_000, height: 1_000 }, { width: 192, height: 64 }],
    ["tall", { width: 30, height: 10 }, { width: 30, height: 10 }],
    ["banner", { width: 320, height: 1_000 }, { width: 320, height: 100 }],
  ])("%s of a source of %j is as large as what is rendered", async (preset, sourceSize, size) => {
    const sizes = preset === "banner" ? { sizes: "50vw" } : {};
    const attributes = await both((s) => s.img(preset, "a.jpg", { alt: "", sourceSize, ...sizes }));
    expect(attributes).toMatchObject(size);
  });

  const size = "sourceSize: expected { width, height } in pixels of the upright source";
  test.each<[string, string, object, string]>([
    ["no alt", "thumb", {}, 'alt: expected a text, or "" for decoration, received undefined'],
    [
      "no sizes where widths exist",
      "banner",
      { alt: "" },
      'sizes: expected how wide the picture is shown, such as "50vw", received undefined',
    ],
    [
      "sizes where none are chosen from",
      "card",
      { alt: "", sizes: "100vw" },
      'sizes: expected none, because the preset "card" declares no widths, received "100vw"',
    ],
    [
      "no size of a source whose proportions matter",
      "tall",
      { alt: "" },
      `${size}, by which "tall" is sized, received undefined`,
    ],
    [
      "a size of nothing",
      "thumb",
      { alt: "", sourceSize: { width: 0, height: 1 } },
      `${size}, by which "thumb" is sized, received an object`,
    ],
    [
      "a width of its own",
      "banner",
      { alt: "", sizes: "1px", width: 640 },
      'options: expected one of expiresIn, expiresAt, version, format, alt, sizes, priority, sourceSize, crossorigin, received "width"',
    ],
    [
      "a mode of CORS that there is not, and that browsers take for another",
      "thumb",
      { alt: "", crossorigin: "credentials" },
      'crossorigin: expected "anonymous" or "use-credentials", received "credentials"',
    ],
    [
      "no options at all",
      "thumb",
      undefined as unknown as object,
      'alt: expected a text, or "" for decoration, received undefined',
    ],
  ])("refuses %s", async (_, preset, options, message) => {
    expect(await refusal((s) => s.img(preset, "a.jpg", options as { alt: string }))).toBe(message);
  });
});

describe("html", () => {
  test("is one tag with its values escaped", async () => {
    const alt = `"><script>alert('1')</script>&`;
    const html = await both((s) =>
      s.html("card", "a&b.jpg", { alt, attributes: { class: "<&>", "data-x": "1" } }),
    );
    expect(html).toMatch(/^<img alt="[^"<>]*" width="400" height="300" [^<>]*>$/);
    expect(html).toContain('alt="&quot;&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;"');
    expect(html).toContain(' class="&lt;&amp;&gt;" data-x="1">');
    expect(html).toContain("/card/a%26b.jpg?exp=");
    expect(html.replaceAll("&amp;", "&")).toContain(`src="${await both((s) => s.url("card", "a&b.jpg"))}"`);
  });

  test("takes an attribute that the tag has not, and no other", async () => {
    const html = (attributes: Record<string, string>) => (s: typeof sync) =>
      s.html("thumb", "a.jpg", { alt: "", attributes });
    expect(await both(html({ fetchpriority: "low" }))).toContain(' fetchpriority="low">');
    for (const name of ["src", "SRC", "alt", "on click", 'x"', "a>b", "", "1"]) {
      expect(await refusal(html({ [name]: "x" }))).toBe(
        `attributes: expected names that HTML has and the tag has not, received ${JSON.stringify(name)}`,
      );
    }
  });
});

test("html leaves out an attribute without a value, and writes none twice", async () => {
  const attributes = { class: undefined, id: "cat" };
  const html = await both((s) => s.html("thumb", "a.jpg", { alt: "", attributes }));
  expect(html).toMatch(/" id="cat">$/);
  expect(html).not.toContain("class");
  expect(
    await refusal((s) => s.html("thumb", "a.jpg", { alt: "", attributes: { class: "a", CLASS: "b" } })),
  ).toBe('attributes: expected names that HTML has and the tag has not, received "CLASS"');
});

describe("grant", () => {
  const scopes = { presets: ["thumb", "card"], sources: ["gallery/"] } as const;

  test("is what the vectors have", async () => {
    for (const { kid, claims, token } of vectors.grants.valid) {
      const options = { ...base, presets: table, signingKid: kid };
      const asked = {
        presets: claims.presets,
        sources: claims.sources,
        expiresAt: new Date(claims.exp * 1000),
        ...(claims.nbf !== undefined && { notBefore: new Date(claims.nbf * 1000) }),
      };
      expect(createSyncSigner(options).grant(asked)).toBe(token);
      expect(await createSigner(options).grant(asked)).toBe(token);
    }
  });

  test("opens not a second before the moment that it is given", async () => {
    const notBefore = new Date(now * 1_000 + 1);
    const token = await both((s) => s.grant({ ...scopes, notBefore }));
    const judgedAt = (nowSeconds: number) => () =>
      authorise(parseTarget(`/thumb/gallery/a.jpg?grant=${token}`), table, { ...edge, nowSeconds });
    expect(judgedAt(now)).toThrow(
      expect.objectContaining({
        code: "URL_EXPIRED",
        message: `the grant begins at ${now + 1}, it is ${now} now`,
      }),
    );
    expect(judgedAt(now + 1)).not.toThrow();
  });

  test("opens what it lists, and is the same token for a while", async () => {
    const token = await both((s) => s.grant(scopes));
    expect(() => authorise(parseTarget(`/thumb/gallery/a.jpg?grant=${token}`), table, edge)).not.toThrow();
    const later = createSyncSigner({ ...base, now: () => (now + 450) * 1_000 });
    const muchLater = createSyncSigner({ ...base, now: () => (now + 451) * 1_000 });
    expect(later.grant({ ...scopes, expiresIn: "1h" })).not.toBe(token);
    expect(later.grant(scopes)).toBe(
      createSyncSigner({ ...base, now: () => (now + 1) * 1_000 }).grant(scopes),
    );
    expect(muchLater.grant(scopes)).not.toBe(later.grant(scopes));
  });

  test.each<[string, object, string]>([
    [
      "a preset that there is not",
      { ...scopes, presets: ["thum"] },
      'presets: expected one of thumb, card, banner, tall, shop (did you mean "thumb"?), received "thum"',
    ],
    [
      "a beginning after the end, between which it would open nothing",
      { ...scopes, expiresIn: "1h", notBefore: new Date((now + 7_200) * 1_000) },
      "notBefore: expected a Date from 1970 to the grant's end, received an object",
    ],
    [
      "no presets",
      { ...scopes, presets: [] },
      'presets: expected an array, ["*"] for all, received an array',
    ],
    [
      "presets as a text",
      { ...scopes, presets: "*" },
      'presets: expected an array, ["*"] for all, received "*"',
    ],
    ["no sources", { presets: ["*"] }, 'sources: expected an array, [""] for all, received undefined'],
    [
      "a source with a dot segment",
      { ...scopes, sources: ["a/../"] },
      'sources: expected source keys, or prefixes that end in "/", received "a/../"',
    ],
    [
      "a number among sources",
      { ...scopes, sources: [1] },
      'sources: expected source keys, or prefixes that end in "/", received 1',
    ],
    [
      "no end",
      { ...scopes, expiresIn: "never" },
      'expiresIn: expected a lifetime, because a grant has to end, received "never"',
    ],
    [
      "a beginning that is no date",
      { ...scopes, notBefore: 5 },
      "notBefore: expected a Date from 1970 to the grant's end, received 5",
    ],
    [
      "more than a URL can carry",
      { ...scopes, sources: Array.from({ length: 200 }, (_, index) => `a/rather/long/folder/${index}/`) },
      "grant: expected a token of at most 4096 characters, received 7516",
    ],
    [
      "far more than a URL can carry",
      { ...scopes, sources: Array.from({ length: 200_000 }, (_, index) => `${index}/`) },
      "grant: expected a token of at most 4096 characters, received 2518716",
    ],
    [
      "an option that there is not",
      { ...scopes, preset: "thumb" },
      'options: expected one of presets, sources, notBefore, expiresIn, expiresAt (did you mean "presets"?), received "preset"',
    ],
  ])("refuses %s", async (_, options, message) => {
    expect(await refusal((s) => s.grant(options as { presets: []; sources: [] }))).toBe(message);
  });
});

test("a signer refuses a private key whose public half is another's", async () => {
  const [first, second] = vectors.ed25519.keys.keys;
  const keys = { keys: [{ ...first, x: second?.x }] };
  const mixed = { signer: createSigner({ ...base, keys }), sync: createSyncSigner({ ...base, keys }) };
  const expected = new TypeError('the key "demo-ed-1": expected x to be the public half of d');
  const scopes = { presets: ["*" as const], sources: [""] };
  await expect(mixed.signer.url("thumb", "a.jpg")).rejects.toThrow(expected);
  await expect(mixed.signer.grant(scopes)).rejects.toThrow(expected);
  expect(() => mixed.sync.url("thumb", "a.jpg")).toThrow(expected);
  expect(() => mixed.sync.grant(scopes)).toThrow(expected);
});

describe("a signer's settings", () => {
  const settings = (changes: object) => () => createSyncSigner({ ...base, ...changes });

  test("refuse a lifetime that the edge would not accept", () => {
    const signing = { requireExpiry: true, maxLifetimeSeconds: 600 };
    expect(settings({ presets: { ...presets, signing } })).toThrow(
      new TypeError('lifetime: expected at most 600 seconds, received "1h"'),
    );
    expect(settings({ lifetime: "soon" })).toThrow(
      new TypeError(
        'lifetime: expected whole seconds above 0, or a text such as "90s", "15m", "1h", "7d", received "soon"',
      ),
    );
  });

  test.each([
    [{ lifeTime: "1d" }, ' (did you mean "lifetime"?), received "lifeTime"'],
    [{ signingKId: "demo-1" }, ' (did you mean "signingKid"?), received "signingKId"'],
  ])("refuse the misspelt name in %j, with which URLs might never expire", (misspelt, words) => {
    const message = `options: expected one of baseUrl, keys, signingKid, presets, lifetime, now${words}`;
    expect(settings(misspelt)).toThrow(new TypeError(message));
    expect(() => createSigner({ ...base, ...misspelt })).toThrow(new TypeError(message));
  });

  test("refuse to be none at all", () => {
    for (const create of [createSigner, createSyncSigner]) {
      expect(() => Reflect.apply(create, undefined, [])).toThrow(
        new TypeError("options: expected an object, received undefined"),
      );
    }
  });

  test("refuse a signing key that cannot sign", () => {
    expect(settings({ signingKid: "demo-9" })).toThrow(
      new TypeError("signingKid: expected one of demo-1, demo-2, demo-ed-1, demo-ed-2"),
    );
  });

  test("choose the key by its window, and no URL outlives its key", () => {
    const [first, second] = vectors.keys.keys;
    const keys = {
      keys: [
        { ...first, nbf: now },
        { ...second, exp: now + 1_000 },
      ],
    };
    const at = (seconds: number) => createSyncSigner({ ...base, keys, now: () => seconds * 1_000 });
    expect(at(now).url("thumb", "a.jpg")).toContain("kid=demo-1");
    const before = parseTarget(
      at(now - 1)
        .url("thumb", "a.jpg")
        .slice(origin.length),
    );
    expect(before).toMatchObject({ kid: "demo-2", exp: now + 1_000 });
    expect(() => at(now - 1).url("thumb", "a.jpg", { expiresAt: new Date((now + 1_001) * 1_000) })).toThrow(
      new TypeError(
        'expiresAt: expected a Date in the future, at most 1001 seconds ahead, received "2027-01-15T08:16:41.000Z"',
      ),
    );
  });

  test("refuse a source that the preset does not serve", async () => {
    expect(await refusal((s) => s.url("shop", "private/a.jpg"))).toBe(
      'source: expected a key that the preset "shop" serves, beginning with shop/ or press/, received "private/a.jpg"',
    );
    expect(await both((s) => s.url("shop", "press/a.jpg"))).toContain("/shop/press/a.jpg?");
  });
});

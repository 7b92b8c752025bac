import { createHash } from "node:crypto";
import { runInNewContext, Script } from "node:vm";
import { describe, expect, it } from "vitest";
import { script } from "../../src/local/gallery/script.ts";
import { sourcesPerPage } from "../../src/local/gallery/view.ts";
import { formatBytes } from "../../src/local/gallery/words.ts";
import { type GalleryOptions, galleryPage } from "../../src/local/gallery.ts";
import type { Preset } from "../../src/presets/table.ts";
import { encodeSourceKey } from "../../src/urls/source-key.ts";

const base: Preset = {
  name: "thumb",
  revision: "0123456789ab",
  description: "Lists & search",
  access: "signed",
  sources: [],
  width: 200,
  height: 150,
  fit: "cover",
  position: "centre",
  background: "#ffffffff",
  withoutEnlargement: true,
  formats: ["webp"],
  quality: { webp: 90 },
  minQuality: 40,
  effort: { webp: 4 },
  lossless: false,
  progressive: false,
  maxBytes: 750_000,
  overflow: "redirect",
  metadata: "strip",
  cache: { maxAgeSeconds: 86_400 },
  download: false,
};
const { width: _width, height: _height, ...unboxed } = base;
const banner: Preset = {
  ...unboxed,
  name: "banner",
  widths: [640, 1280],
  aspectRatio: 3.2,
  formats: ["avif", "webp", "jpeg"],
  quality: { avif: 48, webp: 75, jpeg: 78 },
};
const avatar: Preset = { ...base, name: "avatar", width: 96, height: 96, dprs: [1, 2] };
const press: Preset = { ...unboxed, name: "press", sources: ["press/"] };
const presets = [base, banner, avatar, press];

const hostileKeys = [
  `"><script>alert(1)</script>.jpg`,
  "it's `so` called & &amp; so.jpg",
  "</title></noscript></template><img src=x onerror=alert(1)>.png",
  "사진/고양이 🐈.jpg",
  "press/kit.jpg",
];

/** As the signer's URLs are, less the signing. */
const urlFor: GalleryOptions["urlFor"] = (preset, source, { width, dpr, format }) => {
  const query = new URLSearchParams({ kid: "k", sig: "s" });
  for (const [name, value] of Object.entries({ w: width, dpr, fm: format })) {
    if (value !== undefined) query.set(name, String(value));
  }
  return `/${preset}/${encodeSourceKey(source)}?${query}`;
};

function open(queryString = "", options: Partial<GalleryOptions> = {}) {
  const sources = hostileKeys.map((key, index) => ({ key, bytes: 1_234 * (index + 1) }));
  return galleryPage({ presets, sources, urlFor, queryString, ...options });
}

function many(count: number) {
  return Array.from({ length: count }, (_, index) => ({ key: `${index + 1}.jpg`, bytes: 1 }));
}

const entities: Readonly<Record<string, string>> = {
  "&#38;": "&",
  "&#60;": "<",
  "&#62;": ">",
  "&#34;": '"',
  "&#39;": "'",
};

function unescapeHtml(text: string): string {
  return text.replace(/&#\d+;/g, (entity) => entities[entity] ?? entity);
}

function attributes(body: string, pattern: RegExp): string[] {
  return [...body.matchAll(pattern)].map(([, value = ""]) => unescapeHtml(value));
}

const pictureUrls = (body: string) => attributes(body, /<a class="picture" href="([^"]*)"/g);

function between(body: string, start: string, end: string): string {
  const from = body.indexOf(start) + start.length;
  return body.slice(from, body.indexOf(end, from));
}

interface Element {
  readonly name: string;
  readonly attributes: readonly string[];
}

/** Every element in the order of opening; throws where one is closed that is not open, and on a stray < or >. */
function elementsOf(body: string): Element[] {
  const empty = ["meta", "img"];
  const elements: Element[] = [];
  const open: string[] = [];
  // Style sheet and script are text.
  const markup = body
    .slice(body.indexOf("<html"))
    .replace(/(<style>)[\s\S]*?(<\/style>)/, "$1$2")
    .replace(/(<script[^>]*>)[\s\S]*(<\/script>)/, "$1$2");
  for (const piece of markup.match(/<[^<>]*>|[^<>]+|[<>]/g) ?? []) {
    if (!/[<>]/.test(piece)) continue;
    const tag = /^<(\/?)([a-z][a-z0-9]*)((?: [a-zA-Z-]+(?:="[^"]*")?)*)(\/?)>$/.exec(piece);
    if (tag === null) throw new Error(`not a tag: ${piece}`);
    const [, close, name = "", attributeText = "", selfClosed] = tag;
    if (close !== "") {
      const last = open.pop();
      if (last !== name) throw new Error(`</${name}> closes <${last}>`);
      continue;
    }
    const names = [...attributeText.matchAll(/ ([a-zA-Z-]+)(?:="[^"]*")?/g)].map(
      ([, attribute = ""]) => attribute,
    );
    elements.push({ name, attributes: names });
    if (selfClosed === "" && !empty.includes(name)) open.push(name);
  }
  if (open.length > 0) throw new Error(`never closed: ${open}`);
  return elements;
}

describe("the overview", () => {
  it("has one signed URL for every source in every preset that serves it", async () => {
    const { body } = await open();
    const expected = hostileKeys.flatMap((key) => [
      urlFor("thumb", key, {}),
      urlFor("banner", key, { width: 640 }),
      urlFor("avatar", key, {}),
      ...(key.startsWith("press/") ? [urlFor("press", key, {})] : []),
    ]);
    expect(pictureUrls(body)).toEqual(expected);
  });

  it("shows the same URLs as lazy images, with their size where the preset knows it, to browsers without scripts", async () => {
    const { body } = await open("", { sources: [{ key: "press/kit.jpg", bytes: 1 }] });
    const images = body.match(/<noscript><img [^>]*><\/noscript>/g)?.map(unescapeHtml);
    const alt = (preset: string) => `alt="press/kit.jpg in preset ${preset}"`;
    const lazy = `loading="lazy" decoding="async"`;
    expect(images).toEqual([
      `<noscript><img src="/thumb/press/kit.jpg?kid=k&sig=s" ${alt("thumb")} width="200" height="150" ${lazy}></noscript>`,
      `<noscript><img src="/banner/press/kit.jpg?kid=k&sig=s&w=640" ${alt("banner")} width="640" height="200" ${lazy}></noscript>`,
      `<noscript><img src="/avatar/press/kit.jpg?kid=k&sig=s" ${alt("avatar")} width="96" height="96" ${lazy}></noscript>`,
      `<noscript><img src="/press/press/kit.jpg?kid=k&sig=s" ${alt("press")} ${lazy}></noscript>`,
    ]);
  });

  it("describes each preset by name, size, purpose, formats and revision", async () => {
    const index = between((await open()).body, '<nav class="index" aria-label="Presets">', "</nav>").replace(
      /<[^>]*>/g,
      " ",
    );
    expect(index.replace(/\s+/g, " ").trim()).toBe(
      [
        "all presets 4",
        "thumb 200 × 150 Lists &#38; search webp · 0123456789ab",
        "banner 640–1280 wide Lists &#38; search avif webp jpeg · 0123456789ab",
        "avatar 96 × 96 Lists &#38; search webp · 0123456789ab",
        "press original size Lists &#38; search webp · 0123456789ab",
      ].join(" "),
    );
  });

  it("names the canonical path that the first URL ends in", async () => {
    const { body } = await open("", { presets: [banner], sources: [{ key: "a b.jpg", bytes: 1 }] });
    expect(between(body, "<dt>kept as</dt><dd>", "</dd>")).toBe("/a%20b.jpg/banner.0123456789ab.640w.avif");
  });

  it("reserves each preset's box before its pictures arrive", async () => {
    const { body } = await open();
    expect(body).toContain(".in-thumb { --w: 200; --r: 1.3333; }");
    expect(body).toContain(".in-banner { --w: 640; --r: 3.2000; }");
    expect(body).toContain(".in-press { --w: 4000; --r: 1.5000; }");
  });

  it("says so when there are no pictures", async () => {
    const { body } = await open("", { sources: [] });
    expect(body).toContain("There are no pictures here yet.");
    expect(pictureUrls(body)).toEqual([]);
  });
});

describe("one preset", () => {
  it("shows every source that it serves, in the variant that is chosen", async () => {
    const { body } = await open("preset=banner&w=1280&fm=jpeg");
    expect(pictureUrls(body)).toEqual(
      hostileKeys.map((key) => urlFor("banner", key, { width: 1280, format: "jpeg" })),
    );
    expect(pictureUrls((await open("preset=press")).body)).toEqual([urlFor("press", "press/kit.jpg", {})]);
    expect(pictureUrls((await open("preset=avatar&dpr=2")).body)[0]).toContain("&dpr=2");
  });

  it("offers each width and format, keeps the other choice, and marks what is chosen", async () => {
    const { body } = await open("preset=banner&w=640&fm=webp");
    const choices = body
      .match(/<p class="choices">.*<\/p>/g)
      ?.map((line) => attributes(line, /href="([^"]*)"( aria-current)?/g));
    expect(choices?.slice(0, 2)).toEqual([
      ["/?preset=banner&fm=webp", "/?preset=banner&w=640&fm=webp", "/?preset=banner&w=1280&fm=webp"],
      [
        "/?preset=banner&w=640",
        "/?preset=banner&w=640&fm=avif",
        "/?preset=banner&w=640&fm=webp",
        "/?preset=banner&w=640&fm=jpeg",
      ],
    ]);
    const marked = body.match(/aria-current="page">[^<]+</g);
    expect(marked).toEqual([`aria-current="page">640<`, `aria-current="page">webp<`]);
  });

  it("ignores a preset, width, density, format or page that does not exist", async () => {
    const [thumb = ""] = pictureUrls((await open("preset=thumb&w=640&dpr=2&fm=avif&page=7")).body);
    expect(thumb).toBe(urlFor("thumb", hostileKeys[0] ?? "", {}));
    for (const strange of [
      "preset=constructor",
      "page=0",
      "page=-1",
      "page=1e9",
      "page=x",
      "preset=%",
      "in=",
    ]) {
      expect(pictureUrls((await open(strange)).body)).toEqual(pictureUrls((await open()).body));
    }
  });
});

describe("words", () => {
  it("tell what a preset makes, how long it is kept, and who may ask for it", async () => {
    const kept = { maxAgeSeconds: 5_400, edgeMaxAgeSeconds: 604_800 };
    const shown = [
      { ...banner, cache: kept },
      { ...press, lossless: true, overflow: "refuse" as const },
    ];
    const spec = async (name: string) => {
      const { body } = await open(`preset=${name}`, { presets: shown });
      return attributes(between(body, `<dl class="spec">`, "</dl>"), /<d[td]>([^<]*)<\/d[td]>/g);
    };
    expect(await spec("banner")).toEqual([
      ...["Size", "640–1280 wide", "Fit", "cover, centre"],
      ...["Formats and quality", "avif 48, webp 75, jpeg 78", "At most", "750 kB, else redirected"],
      ...["Cached", "90 min, 7 d at the edge", "Access", "signed", "Revision", "0123456789ab"],
    ]);
    expect(await spec("press")).toEqual([
      ...["Size", "original size", "Formats, lossless", "webp", "At most", "750 kB"],
      ...["Cached", "1 d", "Access", "signed", "Only", "press/", "Revision", "0123456789ab"],
    ]);
  });

  it.each([
    [0, "0 B"],
    [999, "999 B"],
    [1_000, "1.0 kB"],
    [9_949, "9.9 kB"],
    [9_950, "10 kB"],
    [999_499, "999 kB"],
    [999_500, "1.0 MB"],
    [48_000_000, "48 MB"],
  ])("spell %i bytes as %s, in the page and in the browser alike", async (bytes, words) => {
    const spell = runInNewContext(`${/function bytesInWords[\s\S]*?\n}/.exec(script)?.[0]}; bytesInWords`);
    expect([formatBytes(bytes), spell(bytes)]).toEqual([words, words]);
  });
});

describe("many sources", () => {
  const sources = many(3 * sourcesPerPage - 1);

  it("are shown page by page, each once, with the place said in words", async () => {
    const pages = await Promise.all(
      [1, 2, 3].map((page) => open(`page=${page}`, { presets: [base], sources })),
    );
    expect(pages.flatMap(({ body }) => pictureUrls(body))).toEqual(
      sources.map(({ key }) => urlFor("thumb", key, {})),
    );
    expect(pages[1]?.body).toContain("<p>Pictures 25 to 48 of 71</p>");
    expect(attributes(pages[1]?.body ?? "", /<a rel="[a-z]+" href="([^"]*)"/g)).toEqual(["/", "/?page=3"]);
  });

  it("sign no more URLs than one page shows", async () => {
    let signed = 0;
    await open("", {
      sources: many(5_000),
      urlFor: (...picture) => {
        signed += 1;
        return urlFor(...picture);
      },
    });
    expect(signed).toBe(sourcesPerPage * 3);
  });

  it("can be narrowed to a folder, in every preset and on every page", async () => {
    const inFolder = many(30).map((source) => ({ ...source, key: `a&b/${source.key}` }));
    const { body } = await open("in=a%26b%2F", { presets: [base], sources: [...many(30), ...inFolder] });
    expect(pictureUrls(body)).toHaveLength(sourcesPerPage);
    expect(pictureUrls(body)[0]).toBe(urlFor("thumb", "a&b/1.jpg", {}));
    expect(attributes(body, /<a rel="next" href="([^"]*)"/g)).toEqual(["/?in=a%26b%2F&page=2"]);
    expect(body).toContain(`href="/?preset=thumb&#38;in=a%26b%2F"`);
    expect(body).toContain(`30 pictures in a&#38;b/ (<a href="/">show all</a>)`);
  });
});

describe("the document", () => {
  it.each(["", "preset=banner&w=640", "preset=press", "in=%22%3E%3Cscript%3E", "page=2"])(
    "is well-formed and holds no element of a source's making (?%s)",
    async (queryString) => {
      const sources = [...hostileKeys.map((key) => ({ key, bytes: 1 })), ...many(40)];
      const elements = elementsOf((await open(queryString, { sources })).body).map(({ name }) => name);
      expect(elements.filter((name) => name === "script")).toHaveLength(1);
      expect(elements.filter((name) => name === "title")).toHaveLength(1);
      expect(elements.filter((name) => name === "template")).toHaveLength(1);
      const pictures = elements.filter((name) => name === "figure").length;
      expect(elements.filter((name) => name === "img")).toHaveLength(pictures);
    },
  );

  it("escapes what a file system allows in a name, and keeps other scripts and emoji as they are", async () => {
    const { body } = await open();
    const outside = body.slice(body.indexOf("</style>"), body.indexOf(`<script type="module">`));
    expect(outside).not.toMatch(/<script>alert|onerror=alert\(1\)>|'s `so`/);
    expect(outside).toContain("&#34;&#62;&#60;script&#62;alert(1)&#60;/script&#62;.jpg");
    expect(outside).toContain("it&#39;s `so` called &#38; &#38;amp; so.jpg");
    expect(outside).toContain(`data-alt="사진/고양이 🐈.jpg in preset thumb"`);
  });

  it("escapes a preset's description", async () => {
    const { body } = await open("preset=thumb", { presets: [{ ...base, description: "<b>&</b>" }] });
    expect(body).toContain(`<p class="lead">&#60;b&#62;&#38;&#60;/b&#62;</p>`);
    expect(body).not.toContain("<b>&</b>");
  });

  it("refers to nothing outside this server", async () => {
    for (const queryString of ["", "preset=banner"]) {
      const { body } = await open(queryString);
      expect(body).not.toMatch(/https?:|src="\/\/|\burl\(|@import/i);
      expect(
        attributes(body, /(?:href|src)="([^"]*)"/g).filter((url) => !/^(?:\/(?!\/)|#)/.test(url)),
      ).toEqual([]);
    }
  });

  it("lets run only the style sheet and the script that it holds, by their hashes", async () => {
    const { headers, body } = await open();
    const hash = (text: string) => `sha256-${createHash("sha256").update(text).digest("base64")}`;
    const style = between(body, "<style>", "</style>");
    const code = between(body, `<script type="module">`, "</script>");
    expect(headers["content-security-policy"]).toBe(
      `default-src 'none'; img-src 'self' blob:; connect-src 'self'; style-src '${hash(style)}'; ` +
        `script-src '${hash(code)}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    );
    // Neither is covered by a hash.
    const attributes = elementsOf(body).flatMap((element) => element.attributes);
    expect(attributes.filter((name) => /^(?:style|on.*)$/.test(name))).toEqual([]);
  });

  it("is not kept, not sniffed, and sends no referrer", async () => {
    const { headers } = await open();
    expect(headers).toMatchObject({
      "content-type": "text/html; charset=utf-8",
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
      "referrer-policy": "no-referrer",
    });
  });

  it("has a script that parses, and finds in the page what it looks for by id", async () => {
    const { body } = await open();
    expect(body).toContain(`<script type="module">${script}</script>`);
    expect(() => new Script(script)).not.toThrow();
    const ids = [...script.matchAll(/getElementById\("([a-z]+)"\)/g)].map(([, id]) => id);
    expect(ids).toEqual(["tools", "announcement", "tally"]);
    for (const id of ids) expect(body.split(`id="${id}"`)).toHaveLength(2);
  });
});

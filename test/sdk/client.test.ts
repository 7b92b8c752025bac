/** The client's functions against the signer's: one candidate has one URL, whoever makes it. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { imgAttributes, pictureUrl, placeholderStyle, preloadAttributes, srcset } from "../../sdk/client.ts";
import { createSigner } from "../../sdk/index.ts";
import { authorise } from "../../src/urls/authorise.ts";
import { parseSignedUrl } from "../../src/urls/signed-url.ts";
import { makePreset, makeTable } from "../fixtures/presets.ts";
import { sourceKeys } from "../urls/arbitraries.ts";
import { keys, vectors } from "../vectors/signed-urls.ts";

const table = makeTable([
  makePreset({ name: "thumb", width: 200, height: 150 }),
  makePreset({ name: "card", width: 400, height: 300, dprs: [1, 2], formats: ["avif", "webp", "jpeg"] }),
  makePreset({ name: "banner", widths: [640, 1280], aspectRatio: 2 }),
  makePreset({ name: "logo", height: 64, fit: "inside", dprs: [1, 2] }),
  makePreset({ name: "og", width: 1200, height: 630, access: "public" }),
]);
const baseUrl = "https://img.example.com";
const signer = createSigner({
  baseUrl,
  keys: vectors.keys,
  presets: table,
  lifetime: "1h",
  now: () => vectors.clock * 1_000,
});
const grant = await signer.grant({ presets: ["*"], sources: [""] });

describe("from one signed URL", () => {
  test("makes the attributes that the signer makes", async () => {
    const names = fc.constantFrom("thumb", "card", "banner", "logo");
    await fc.assert(
      fc.asyncProperty(names, sourceKeys, fc.boolean(), async (name, source, priority) => {
        const options = {
          alt: "A cat",
          priority,
          sourceSize: { width: 3000, height: 1000 },
          ...(name === "banner" && { sizes: "100vw" }),
        };
        const url = await signer.url(name, source, { version: "7f3a" });
        const made = imgAttributes(table, url, options);
        const signed = await signer.img(name, source, { ...options, version: "7f3a" });
        expect(Object.entries(made)).toEqual(Object.entries(signed));
        expect(srcset(table, url)).toBe(await signer.srcset(name, source, { version: "7f3a" }));
      }),
    );
  });

  test("replaces a candidate that it names already, and keeps its format", async () => {
    const url = await signer.url("banner", "cat.jpg", { width: 640, format: "webp" });
    expect(srcset(table, url)).toBe(await signer.srcset("banner", "cat.jpg", { format: "webp" }));
  });

  test("takes the unsigned URL of a public preset", () => {
    expect(imgAttributes(table, `${baseUrl}/og/cat.jpg`, { alt: "" }).src).toBe(`${baseUrl}/og/cat.jpg`);
  });
});

describe("from a grant", () => {
  test("makes URLs that the edge accepts", async () => {
    await fc.assert(
      fc.asyncProperty(sourceKeys, fc.constantFrom(640, 1280), async (source, width) => {
        const url = pictureUrl(
          table,
          { baseUrl, grant, preset: "banner", source },
          { width, format: "webp" },
        );
        const { origin, pathname, search } = new URL(url);
        expect(origin).toBe(baseUrl);
        const parsed = parseSignedUrl(pathname, search.slice(1));
        expect(parsed).toMatchObject({ preset: "banner", source, w: width, fm: "webp" });
        await authorise(parsed, table, { keys, nowSeconds: vectors.clock });
      }),
    );
  });

  test("writes no ratio of 1: one candidate has one URL", () => {
    const card = { baseUrl, grant, preset: "card", source: "cat.jpg" } as const;
    expect(pictureUrl(table, card, { dpr: 1 })).toBe(imgAttributes(table, card, { alt: "" }).src);
    expect(pictureUrl(table, card, { dpr: 2 })).toContain("&dpr=2&");
  });

  test("names every candidate of the preset", () => {
    const url = (more: string) => `${baseUrl}/card/cat.jpg?grant=${grant}${more}&rev=012345`;
    expect(srcset(table, { baseUrl, grant, preset: "card", source: "cat.jpg" })).toBe(
      `${url("")} 1x, ${url("&dpr=2")} 2x`,
    );
  });
});

describe("refuses, with what was expected and what came,", () => {
  const picture = { baseUrl, grant, preset: "banner", source: "cat.jpg" };

  test.each([
    [
      "a preset that there is not",
      { ...picture, preset: "crad" },
      { alt: "" },
      'preset: expected one of thumb, card, banner, logo, og, received "crad"',
    ],
    ["a member of a prototype", { ...picture, preset: "constructor" }, { alt: "" }, 'received "constructor"'],
    [
      "a text that is no URL of a preset",
      "cat.jpg",
      { alt: "" },
      'preset: expected one of thumb, card, banner, logo, og, received ""',
    ],
    [
      "widths without sizes",
      picture,
      { alt: "" },
      'sizes: expected how wide the picture is shown, such as "50vw", received undefined',
    ],
    [
      "sizes without widths",
      { ...picture, preset: "card" },
      { alt: "", sizes: "50vw" },
      'sizes: expected none, because the preset "card" declares no widths, received "50vw"',
    ],
    [
      "a preset of the source's proportions without these",
      { ...picture, preset: "logo" },
      { alt: "" },
      'sourceSize: expected { width, height } in pixels of the upright source, by which "logo" is sized, received undefined',
    ],
  ])("%s", (_, wrong, options, message) => {
    expect(() => imgAttributes(table, wrong, options)).toThrow(TypeError);
    expect(() => imgAttributes(table, wrong, options)).toThrow(message);
  });

  test.each<[unknown, string]>([
    ["/photos/cat.jpg", '"/photos/cat.jpg"'],
    ["../thumb/x.jpg", '"../thumb/x.jpg"'],
    ["a/./b.jpg", '"a/./b.jpg"'],
    ["a//b.jpg", '"a//b.jpg"'],
    ["a/", '"a/"'],
    ["", '""'],
    ["a\ud800.jpg", '"a\\ud800.jpg"'],
    [undefined, "undefined"],
  ])("the source %j, which would be a request for another path", (source, received) => {
    const call = (make: typeof srcset) => () =>
      Reflect.apply(make, undefined, [table, { ...picture, source }, { alt: "", sizes: "1px" }]);
    for (const make of [srcset, pictureUrl, imgAttributes]) {
      expect(call(make as typeof srcset)).toThrow(
        new TypeError(`source: expected a key without a leading slash, "." or "..", received ${received}`),
      );
    }
  });

  test("a picture without alt", () => {
    const options: unknown = {};
    const call = () =>
      Reflect.apply(imgAttributes, undefined, [table, { ...picture, preset: "card" }, options]);
    expect(call).toThrow(new TypeError('alt: expected a text, or "" for decoration, received undefined'));
  });
});

test("preloads what the <img> will show, in the same mode", async () => {
  const url = await signer.url("banner", "cat.jpg");
  const banner = imgAttributes(table, url, {
    alt: "",
    sizes: "100vw",
    priority: true,
    crossorigin: "anonymous",
  });
  expect(preloadAttributes(banner)).toEqual({
    rel: "preload",
    as: "image",
    fetchpriority: "high",
    crossorigin: "anonymous",
    imagesizes: "100vw",
    imagesrcset: banner.srcset,
  });
  const thumb = imgAttributes(table, await signer.url("thumb", "cat.jpg"), { alt: "" });
  expect(preloadAttributes(thumb)).toEqual({
    rel: "preload",
    as: "image",
    fetchpriority: "high",
    href: thumb.src,
  });
});

test("no placeholder's URL ends the text that it stands in", () => {
  const style = placeholderStyle('data:image/svg+xml,<svg a="b\\\n">');
  expect(style.backgroundImage).toBe('url("data:image/svg+xml,<svg a=%22b%5C%0A%22>")');
});

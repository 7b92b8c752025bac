import { createElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, expectTypeOf, it } from "vitest";
import { createSSRApp, h } from "vue";
import { renderToString as renderVueToString } from "vue/server-renderer";
import { createSigner, type SignerPresets } from "../../sdk/index.ts";
import { imageProps, loader } from "../../sdk/next.ts";
import provider, { getImage, imageProps as nuxtProps } from "../../sdk/nuxt.ts";
import { imgProps, SealImg } from "../../sdk/react.ts";
import * as server from "../../sdk/react-server.ts";
import { type SealImgProps as VueProps, SealImg as VueSealImg } from "../../sdk/vue.ts";
import { vectors } from "../vectors/signed-urls.ts";

const fixed = { sources: [], fit: "cover", withoutEnlargement: true, formats: ["webp"] } as const;
const presets = {
  signing: { requireExpiry: false },
  presets: {
    thumb: { ...fixed, revision: "3f9a1c20b4d7", width: 200, height: 150 },
    card: { ...fixed, revision: "9c02d1e7f3aa", width: 400, height: 300, dprs: [1, 2] },
    banner: { ...fixed, revision: "b81d44e07a15", aspectRatio: 3.2, widths: [640, 1280] },
  },
} as const satisfies SignerPresets;
const baseUrl = "https://img.example.com";
const signer = createSigner({ baseUrl, keys: vectors.keys, presets });
const banner = await signer.url("banner", "photos/cat.jpg");
const card = await signer.url("card", "photos/cat.jpg");
const granted = { baseUrl, grant: "a.b.c", source: "photos/cat.jpg" };

const noAlt = 'alt: expected a text, or "" for decoration, received undefined';

describe("@imgseal/sdk/next", () => {
  it("appends the width to a signed URL, before what the signer wrote last", () => {
    expect(loader({ src: banner, width: 1080, quality: 75 })).toBe(banner.replace("&rev=", "&w=1080&rev="));
  });

  it("puts another width in the place of one that is there", () => {
    expect(loader({ src: loader({ src: banner, width: 640 }), width: 1280 })).toBe(
      loader({ src: banner, width: 1280 }),
    );
  });

  it("gives next/image the preset's size, and leaves the candidates to it", () => {
    const options = { alt: "A cat", sizes: "100vw", priority: true } as const;
    expect(imageProps(presets, banner, options)).toEqual({
      src: banner,
      alt: "A cat",
      width: 1280,
      height: 400,
      sizes: "100vw",
      loading: "eager",
      decoding: "async",
      fetchPriority: "high",
      unoptimized: false,
    });
  });

  it("refuses a picture without a text for those who do not see it", () => {
    // @ts-expect-error no alt
    expect(() => imageProps(presets, card, {})).toThrow(noAlt);
  });

  it("asks for CORS under the name that React has for it", () => {
    expect(imageProps(presets, card, { alt: "", crossorigin: "anonymous" })).toMatchObject({
      crossOrigin: "anonymous",
    });
  });

  it("keeps next/image from asking for one picture under many URLs", () => {
    expect(imageProps(presets, card, { alt: "A cat" })).toMatchObject({ src: card, unoptimized: true });
  });

  it("refuses a preset with widths without sizes, and one that there is not", () => {
    expect(() => imageProps(presets, banner, { alt: "A cat" })).toThrow(
      /^sizes: expected how wide the picture is shown, such as .*, received undefined$/,
    );
    expect(() => imageProps(presets, `${baseUrl}/crad/a.jpg`, { alt: "" })).toThrow(
      'preset: expected one of thumb, card, banner, received "crad"',
    );
    // @ts-expect-error a misspelt preset
    expect(() => imageProps(presets, { ...granted, preset: "crad" }, { alt: "" })).toThrow(TypeError);
  });
});

describe("@imgseal/sdk/nuxt", () => {
  it("appends the width that @nuxt/image asks for", () => {
    for (const width of [640, "640"]) {
      expect(getImage(banner, { modifiers: { width } })).toEqual({
        url: loader({ src: banner, width: 640 }),
      });
    }
  });

  it("leaves a URL alone that is asked for as it is", () => {
    expect(getImage(banner)).toEqual({ url: banner });
    expect(getImage(banner, { modifiers: { width: undefined } })).toEqual({ url: banner });
  });

  it("gives <NuxtImg> the preset's size, and leaves the candidates to it", () => {
    const options = { alt: "A cat", sizes: "100vw sm:640px", priority: true } as const;
    expect(nuxtProps(presets, banner, options)).toEqual({
      src: banner,
      alt: "A cat",
      width: 1280,
      height: 400,
      sizes: "100vw sm:640px",
      loading: "eager",
      decoding: "async",
      fetchpriority: "high",
    });
  });

  it("refuses a picture without a text for those who do not see it, and one without needed sizes", () => {
    // @ts-expect-error no alt
    expect(() => nuxtProps(presets, card, {})).toThrow(noAlt);
    expect(() => nuxtProps(presets, banner, { alt: "" })).toThrow(/^sizes: expected how wide/);
    // @ts-expect-error a misspelt preset
    expect(() => nuxtProps(presets, { ...granted, preset: "crad" }, { alt: "" })).toThrow(TypeError);
  });

  it("is a provider as @nuxt/image 2 asks for one, and as 1 does", () => {
    expect(provider().getImage).toBe(getImage);
  });
});

describe("@imgseal/sdk/react", () => {
  it("renders in a server component what it renders elsewhere", () => {
    const props = { presets, picture: banner, alt: "A cat", sizes: "50vw", className: "hero" } as const;
    const markup = renderToStaticMarkup(createElement(SealImg, props));
    expect(markup).toMatch(/^<img class="hero" alt="A cat" width="1280" height="400" loading="lazy" /);
    expect(renderToStaticMarkup(createElement(server.SealImg, props))).toBe(markup);
  });

  it("passes a component's own attributes on, and none that describes the picture", () => {
    const sourceSize = { width: 4, height: 3 };
    const props = {
      presets,
      picture: card,
      alt: "",
      sourceSize,
      priority: true,
      id: "cat",
      crossorigin: "anonymous",
    } as const;
    const markup = renderToStaticMarkup(createElement(SealImg, props));
    expect(markup).toContain(' crossorigin="anonymous"');
    expect(markup.toLowerCase()).not.toMatch(/sourcesize|priority="true"|presets|picture/);
  });

  it("names what a signer's img gives as React does", async () => {
    const attributes = await signer.img("banner", "photos/cat.jpg", {
      alt: "",
      sizes: "1px",
      priority: true,
      crossorigin: "anonymous",
    });
    expect(imgProps(attributes)).toMatchObject({
      srcSet: attributes.srcset,
      fetchPriority: "high",
      crossOrigin: "anonymous",
      src: attributes.src,
    });
    expect(Object.keys(imgProps(attributes))).not.toContain("srcset");
  });

  it("keeps a caller's own style, class and listeners while there is no grant, and after", () => {
    const own = { style: { objectFit: "cover" }, className: "hero" } as const;
    const props = {
      presets,
      picture: { ...granted, preset: "card", grant: undefined },
      alt: "A cat",
    } as const;
    for (const Img of [SealImg, server.SealImg]) {
      const waiting = renderToStaticMarkup(createElement(Img, { ...props, ...own }));
      expect(waiting).toBe(
        '<img style="object-fit:cover;content:linear-gradient(transparent,transparent)" class="hero" alt="" width="400" height="300" loading="lazy" decoding="async"/>',
      );
      const there = renderToStaticMarkup(createElement(Img, { ...props, ...own, picture: card }));
      expect(there).toContain('<img style="object-fit:cover" class="hero" alt="A cat" width="400"');
    }
  });

  it("takes a grant that is null as one that is not there yet", () => {
    for (const Img of [SealImg, server.SealImg]) {
      const picture = { ...granted, preset: "card", grant: null } as const;
      expect(renderToStaticMarkup(createElement(Img, { presets, picture, alt: "" }))).not.toContain("src");
    }
  });

  it("refuses a picture without a text for those who do not see it", () => {
    // @ts-expect-error no alt
    const element = createElement(SealImg<typeof presets>, { presets, picture: card });
    expect(() => renderToStaticMarkup(element)).toThrow(noAlt);
  });

  it("does not compile with a misspelt preset", () => {
    const element = createElement(SealImg<typeof presets>, {
      presets,
      // @ts-expect-error a misspelt preset
      picture: { ...granted, preset: "crad" },
      alt: "",
    });
    expect(() => renderToStaticMarkup(element)).toThrow(
      'preset: expected one of thumb, card, banner, received "crad"',
    );
  });
});

describe("@imgseal/sdk/vue", () => {
  function rendered(props: VueProps<typeof presets>): Promise<string> {
    const app = createSSRApp({ render: () => h(VueSealImg, props) });
    // It says of an error where it was, beside throwing it.
    app.config.warnHandler = () => {};
    return renderVueToString(app);
  }

  it("renders in a server what the signer writes", async () => {
    const options = { alt: "A cat", sizes: "50vw", crossorigin: "anonymous" } as const;
    const html = await rendered({ presets, picture: banner, ...options });
    const written = await signer.html("banner", "photos/cat.jpg", options);
    expect(html).toBe(written);
    const bare = createSSRApp({
      components: { SealImg: VueSealImg },
      setup: () => ({ presets, card }),
      template: '<SealImg :presets="presets" :picture="card" alt="" priority crossorigin />',
    });
    expect(await renderVueToString(bare)).toMatch(
      / loading="eager" .* fetchpriority="high" crossorigin="anonymous" /,
    );
  });

  it("refuses a picture without a text for those who do not see it, and one without needed sizes", async () => {
    // @ts-expect-error no alt
    await expect(rendered({ presets, picture: card })).rejects.toThrow(new TypeError(noAlt));
    await expect(rendered({ presets, picture: banner, alt: "" })).rejects.toThrow(
      /^sizes: expected how wide the picture is shown/,
    );
  });

  it("takes a grant that is null as one that is not there yet", async () => {
    const picture = { ...granted, preset: "card" as const, grant: null };
    expect(await rendered({ presets, picture, alt: "" })).not.toContain("src");
  });

  it("loads lazily unless the picture has priority, whatever a caller says beside, as in React", async () => {
    const own = { loading: "eager", class: "hero" };
    const html = await renderVueToString(
      createSSRApp({
        components: { SealImg: VueSealImg },
        setup: () => ({ presets, card, own }),
        template: '<SealImg v-bind="own" :presets="presets" :picture="card" alt="" />',
      }),
    );
    expect(html).toMatch(/ class="hero"/);
    expect(html).toContain(' loading="lazy"');
    const props = { presets, picture: card, alt: "", loading: "eager" } as const;
    expect(renderToStaticMarkup(createElement(SealImg, props))).toContain(' loading="lazy"');
  });

  it("takes the names of the table's presets alone", () => {
    type Granted = Exclude<VueProps<typeof presets>["picture"], string>;
    expectTypeOf<Granted["preset"]>().toEqualTypeOf<"thumb" | "card" | "banner">();
  });
});

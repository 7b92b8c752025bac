import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { createElement } from "react";
import { renderToStaticMarkup, renderToString } from "react-dom/server";
import sharp from "sharp";
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { renderToString as renderVueToString } from "vue/server-renderer";
import { compiledCommand } from "../cli/binary.ts";
import { isBlank, isWithoutBrowser, launchBrowser, testThatThereIsABrowser } from "../fixtures/browser.ts";
import { type FrontEnd, startFrontEnd } from "../fixtures/front-end.ts";
import { Signed, type SignedPage } from "../fixtures/react-page.ts";
import { signedApp } from "../fixtures/vue-page.ts";

testThatThereIsABrowser("the tests of React's and Vue's pages in a browser");

interface Framework {
  readonly name: string;
  readonly render: (page: SignedPage) => string | Promise<string>;
}

const frameworks: readonly Framework[] = [
  { name: "react", render: (page) => renderToString(createElement(Signed, page)) },
  { name: "vue", render: (page) => renderVueToString(signedApp(page)) },
];

describe.skipIf(isWithoutBrowser)("in a browser", () => {
  const command = compiledCommand();
  let browser: Browser;
  let frontEnd: FrontEnd;

  beforeAll(async () => {
    [browser, frontEnd] = await Promise.all([launchBrowser(), startFrontEnd(command.main)]);
    for (const { name } of frameworks) frontEnd.pages.set(`/${name}-page.js`, await bundled(name));
  });
  afterAll(async () => {
    await Promise.all([browser.close(), frontEnd.stop()]);
  });
  beforeEach(() => {
    frontEnd.answered.length = 0;
  });

  /** As developers have it, with every warning. */
  async function bundled(name: string): Promise<string> {
    const { outputFiles } = await build({
      entryPoints: [fileURLToPath(new URL(`../fixtures/${name}-page.ts`, import.meta.url))],
      bundle: true,
      write: false,
      format: "esm",
      platform: "browser",
      define: {
        "process.env.NODE_ENV": '"development"',
        __VUE_OPTIONS_API__: "true",
        __VUE_PROD_DEVTOOLS__: "false",
        __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: "true",
      },
    });
    return outputFiles[0]?.text ?? "";
  }

  async function open(options: BrowserContextOptions = {}): Promise<Page> {
    const context = await browser.newContext({ viewport: { width: 800, height: 800 }, ...options });
    onTestFinished(() => context.close());
    const page = await context.newPage();
    await page.addInitScript(`new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) globalThis.shifted = (globalThis.shifted ?? 0) + entry.value;
    }).observe({ type: "layout-shift", buffered: true });`);
    return page;
  }

  function complaintsOf(page: Page): string[] {
    const complaints: string[] = [];
    page.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) complaints.push(message.text());
    });
    page.on("pageerror", (error) => complaints.push(error.message));
    return complaints;
  }

  const documentOf = (root: string, script: string) => `<!doctype html><html lang="en"><head>
    <meta charset="utf-8"><title>Pictures</title><link rel="icon" href="data:,">
    <style>body { margin: 0 } img { max-width: 100%; height: auto }</style></head>
    <body><div id="root">${root}</div><script type="module">${script}</script></body></html>`;

  async function show(page: Page, root: string, script = ""): Promise<void> {
    frontEnd.pages.set("/page", { html: documentOf(root, script) });
    await page.goto(`${frontEnd.site}/page`);
    await page.waitForFunction(
      "document.images.length === 2 && [...document.images].every((img) => img.complete && img.naturalWidth > 0)",
    );
  }

  /** How many of two screenshots' bytes are not the same. */
  const differing = (one: Buffer, other: Buffer) => one.filter((byte, index) => byte !== other[index]).length;

  const call = (name: string, what: "hydrate" | "mount", page: object) => `
    import { ${what} } from "/${name}-page.js";
    ${what}(document.querySelector("#root"), ${JSON.stringify(page)});`;

  async function pixels(page: Page): Promise<Buffer> {
    await page.evaluate("Promise.all([...document.images].map((img) => img.decode()))");
    const { data, info } = await sharp(await page.screenshot())
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect(info).toMatchObject({ width: 800, height: 800 });
    return data;
  }

  async function signedPage(): Promise<SignedPage> {
    const { presets, signer } = frontEnd;
    return {
      presets,
      card: await signer.url("card", "photos/cat.jpg"),
      banner: await signer.url("banner", "photos/cat.jpg"),
    };
  }

  const grantedPage = (grantUrl: string) => ({
    presets: frontEnd.presets,
    baseUrl: frontEnd.images,
    grantUrl,
  });

  /** The same page without a framework. */
  async function plain(): Promise<Buffer> {
    const { signer } = frontEnd;
    const text = "<p>Text that must not jump.</p>";
    const imgs = await Promise.all([
      signer.html("card", "photos/cat.jpg", { alt: "A cat", priority: true }),
      signer.html("banner", "photos/cat.jpg", { alt: "A cat", sizes: "100vw" }),
    ]);
    const page = await open();
    await show(page, `<main>${imgs.map((img) => img + text).join("")}</main>`);
    return pixels(page);
  }

  describe.each(frameworks)("$name", ({ name, render }) => {
    test("shows signed URLs as plain HTML does, hydrates without a word, and nothing jumps", async () => {
      const signed = await signedPage();
      const page = await open();
      const complaints = complaintsOf(page);
      await show(page, await render(signed), call(name, "hydrate", signed));
      await page.waitForFunction(
        name === "react"
          ? "Object.keys(document.images[0]).some((key) => key.startsWith('__react'))"
          : "document.querySelector('#root').__vue_app__ !== undefined",
      );
      expect(differing(await pixels(page), await plain())).toBe(0);
      expect(await page.evaluate("globalThis.shifted ?? 0")).toBe(0);
      expect(complaints).toEqual([]);
    });

    test("shows what a grant opens as plain HTML does, and nothing jumps", async () => {
      // After the first paint.
      frontEnd.pages.set("/late", async () => {
        await new Promise((resolve) => setTimeout(resolve, 400));
        return frontEnd.signer.grant({ presets: ["*"], sources: ["photos/"] });
      });
      const page = await open();
      const complaints = complaintsOf(page);
      await show(page, "", call(name, "mount", grantedPage("/late")));
      expect(differing(await pixels(page), await plain())).toBe(0);
      expect(await page.evaluate("globalThis.shifted ?? 0")).toBe(0);
      expect(complaints).toEqual([]);
    });

    test("keeps what has arrived when the grant is renewed", async () => {
      let given = 0;
      frontEnd.pages.set("/counted", () => {
        given += 1;
        const expiresAt = new Date(Date.now() + (given === 1 ? 600_000 : 3_600_000));
        return frontEnd.signer.grant({ presets: ["*"], sources: ["photos/"], expiresAt });
      });
      const page = await open();
      await page.clock.install();
      await show(page, "", call(name, "mount", grantedPage("/counted")));
      const before = await page.evaluate<string[]>("[...document.images].map((img) => img.currentSrc)");
      await page.clock.fastForward(530_000);
      await expect.poll(() => given).toBe(2);
      await page.evaluate("new Promise((done) => requestIdleCallback(done))");
      expect(await page.evaluate("[...document.images].map((img) => img.currentSrc)")).toEqual(before);
      expect(frontEnd.answered).toHaveLength(2);
    });

    test("keeps the places of pictures whose grant is on its way, and asks for none", async () => {
      frontEnd.pages.set("/never", () => new Promise<string>(() => {}));
      const page = await open();
      frontEnd.pages.set("/page", { html: documentOf("", call(name, "mount", grantedPage("/never"))) });
      await page.goto(`${frontEnd.site}/page`);
      const boxes = `JSON.stringify([...document.images].map((img) =>
        [img.getBoundingClientRect().width, img.getBoundingClientRect().height, img.src, img.srcset]))`;
      await expect.poll(() => page.evaluate(boxes)).toBe('[[400,300,"",""],[800,250,"",""]]');
      const own = "[document.images[0].className, document.images[0].style.objectFit]";
      expect(await page.evaluate(own)).toEqual(["first", "cover"]);
      expect(await isBlank(page, 2)).toEqual([true, true]);
      expect(frontEnd.answered).toEqual([]);
    });
  });

  test("what React writes is what the signer writes, beside its own attributes", async () => {
    const signed = await signedPage();
    const markup = renderToStaticMarkup(createElement(Signed, signed));
    const [card = ""] = /<img[^>]*>/.exec(markup) ?? [];
    const options = { alt: "A cat", priority: true, attributes: { class: "first" } };
    expect(attributesIn(card)).toEqual(
      attributesIn(await frontEnd.signer.html("card", "photos/cat.jpg", options)),
    );
  });

  const attributesIn = (tag: string) =>
    Object.fromEntries(
      [...tag.matchAll(/ ([\w-]+)="([^"]*)"/g)].map(([, name = "", value]) => [name.toLowerCase(), value]),
    );
});

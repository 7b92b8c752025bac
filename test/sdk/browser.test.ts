import type { Browser, BrowserContext, BrowserContextOptions, Page } from "playwright-core";
import sharp from "sharp";
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { compiledCommand } from "../cli/binary.ts";
import { isBlank, isWithoutBrowser, launchBrowser, testThatThereIsABrowser } from "../fixtures/browser.ts";
import { type FrontEnd, startFrontEnd } from "../fixtures/front-end.ts";

testThatThereIsABrowser("the tests of pages in a browser");

describe.skipIf(isWithoutBrowser)("in a browser", () => {
  const command = compiledCommand();
  let browser: Browser;
  let frontEnd: FrontEnd;

  beforeAll(async () => {
    [browser, frontEnd] = await Promise.all([launchBrowser(), startFrontEnd(command.main)]);
  });
  afterAll(async () => {
    await Promise.all([browser.close(), frontEnd.stop()]);
  });
  beforeEach(() => {
    frontEnd.answered.length = 0;
  });

  async function open(options: BrowserContextOptions = {}): Promise<BrowserContext> {
    const context = await browser.newContext({ viewport: { width: 800, height: 600 }, ...options });
    onTestFinished(async () => {
      // What is on its way cannot be answered once all is closed.
      await Promise.all(context.pages().map((page) => page.unrouteAll({ behavior: "wait" })));
      await context.close();
    });
    return context;
  }

  const document = (body: string, head = "") =>
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Pictures</title>${head}</head><body>${body}</body></html>`;

  /** Shows a page under a path of its own. */
  async function show(page: Page, html: string, headers: Record<string, string> = {}): Promise<void> {
    frontEnd.pages.set("/page", { html, headers });
    await page.goto(`${frontEnd.site}/page`);
  }

  const settings = () =>
    `{ presets, baseUrl: "${frontEnd.images}", grant: async () => (await fetch("/grant")).text() }`;
  const observing = () => `<script type="module" blocking="render">
    import { observe } from "/sdk/observe.js";
    import { presets } from "/presets.js";
    observe(document, ${settings()});
  </script>`;
  const sealing = () => `<script type="module" blocking="render">
    import { defineSealImg } from "/sdk/element.js";
    import { presets } from "/presets.js";
    defineSealImg(${settings()});
  </script>`;

  /** Until the page's pictures are there, all of them. */
  async function settle(page: Page, count = 1): Promise<void> {
    await page.waitForFunction(
      `(() => { const all = [...document.images]; return all.length === ${count} && all.every((img) => img.complete && img.naturalWidth > 0); })()`,
    );
  }

  const currentSrc = (page: Page) => page.evaluate<string>("document.images[0].currentSrc");
  const selector = (url: string, name: string) => new URL(url).searchParams.get(name);

  describe("the candidate that is chosen", () => {
    const widths = [320, 640, 960, 1280, 1920];
    const viewports = [360, 414, 640, 768, 1024, 1280, 1440, 1920];

    /** As pages say it: the whole width on phones, half of it from 60em (960 px). */
    const sizes = "(min-width: 60em) 50vw, 100vw";
    const slot = (viewport: number) => (viewport >= 960 ? viewport / 2 : viewport);

    const smallestSufficient = (pixels: number) => widths.find((width) => width >= pixels) ?? 1920;

    test.each([1, 2, 3])("at DPR %i is the smallest that suffices, else the largest", async (dpr) => {
      const html = document(await frontEnd.signer.html("banner", "photos/cat.jpg", { alt: "", sizes }));
      const chosen: Record<number, number> = {};
      const expected: Record<number, number> = {};
      for (const width of viewports) {
        // A cache of its own: browsers may take a larger candidate that they have.
        const context = await open({ deviceScaleFactor: dpr, viewport: { width, height: 600 } });
        const page = await context.newPage();
        await show(page, html);
        await settle(page);
        chosen[width] = Number(selector(await currentSrc(page), "w"));
        expected[width] = smallestSufficient(slot(width) * dpr);
      }
      expect(chosen).toEqual(expected);
    });

    test("is the one of the screen's density, or the densest", async () => {
      const img = (name: "card" | "avatar") => frontEnd.signer.html(name, "photos/cat.jpg", { alt: "" });
      const html = document((await img("card")) + (await img("avatar")));
      const chosen: (readonly (string | null)[])[] = [];
      for (const deviceScaleFactor of [1, 2, 3]) {
        const page = await (await open({ deviceScaleFactor })).newPage();
        await show(page, html);
        await settle(page, 2);
        const urls = await page.evaluate<string[]>("[...document.images].map((img) => img.currentSrc)");
        chosen.push(urls.map((url) => selector(url, "dpr")));
      }
      expect(chosen).toEqual([
        [null, null],
        ["2", "2"],
        ["2", "3"],
      ]);
    });
  });

  test.each([
    [undefined, "avif"],
    ["image/webp,image/apng,image/*,*/*;q=0.8", "webp"],
    ["image/png,image/*;q=0.8,*/*;q=0.5", "jpeg"],
  ])("a browser that sends Accept: %s gets %s", async (accept, format) => {
    const page = await (await open()).newPage();
    if (accept !== undefined) await page.setExtraHTTPHeaders({ accept });
    const types: (string | undefined)[] = [];
    page.on("response", (response) => {
      if (response.url().startsWith(frontEnd.images)) types.push(response.headers()["content-type"]);
    });
    await show(page, document(await frontEnd.signer.html("card", "photos/cat.jpg", { alt: "A cat" })));
    await settle(page);
    expect(types).toEqual([`image/${format}`]);
  });

  describe("layout shift", () => {
    const watch = `new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) globalThis.shifted = (globalThis.shifted ?? 0) + entry.value;
    }).observe({ type: "layout-shift", buffered: true });`;

    /** With pictures that arrive well after the first paint. */
    async function shiftOf(html: string, count: number): Promise<number> {
      const page = await (await open()).newPage();
      await page.addInitScript(watch);
      await page.route(`${frontEnd.images}/**`, async (route) => {
        await new Promise((resolve) => setTimeout(resolve, 300));
        await route.continue();
      });
      await show(page, html);
      await settle(page, count);
      await page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))");
      return page.evaluate<number>("globalThis.shifted ?? 0");
    }

    const text = "<p>Text that must not jump.</p>".repeat(5);

    test("is seen by this test where a picture has no size", async () => {
      const url = await frontEnd.signer.url("card", "photos/cat.jpg");
      expect(
        await shiftOf(document(`<img src="${url.replaceAll("&", "&amp;")}" alt="">${text}`), 1),
      ).toBeGreaterThan(0.1);
    });

    test("is 0 with what the signer writes", async () => {
      const { signer } = frontEnd;
      const fluid = "<style>img { max-width: 100%; height: auto; display: block }</style>";
      const imgs = await Promise.all([
        signer.html("card", "photos/cat.jpg", { alt: "" }),
        signer.html("banner", "photos/cat.jpg", { alt: "", sizes: "100vw", priority: true }),
        signer.html("logo", "photos/dog.jpg", { alt: "", sourceSize: { width: 1000, height: 1000 } }),
      ]);
      expect(await shiftOf(document(imgs.map((img) => img + text).join(""), fluid), 3)).toBe(0);
    });

    test("is 0 with observe, which knows the size before there is a grant", async () => {
      const img = '<img data-preset="card" data-source="photos/cat.jpg" data-placeholder="lqip" alt="A cat">';
      expect(await shiftOf(document(img + text, observing()), 1)).toBe(0);
    });

    test("is 0 with a grant that comes late", async () => {
      frontEnd.pages.set("/slow", async () => {
        await new Promise((resolve) => setTimeout(resolve, 300));
        return frontEnd.signer.grant({ presets: ["*"], sources: ["photos/"] });
      });
      const img = '<img data-preset="card" data-source="photos/cat.jpg" alt="A cat">';
      expect(await shiftOf(document(img + text, observing().replace("/grant", "/slow")), 1)).toBe(0);
      const element = '<seal-img preset="card" source="photos/cat.jpg" alt="A cat"></seal-img>';
      expect(await shiftOf(document(element + text, sealing().replace("/grant", "/slow")), 1)).toBe(0);
    });

    test("is 0 with <seal-img>", async () => {
      const img = '<seal-img preset="card" source="photos/cat.jpg" alt="A cat"></seal-img>';
      expect(await shiftOf(document(img + text, sealing()), 1)).toBe(0);
    });
  });

  describe("a picture whose grant is on its way", () => {
    const words = "A cat in the garden, with words enough for several lines. ".repeat(8);
    const observed = (more = "") =>
      `<img data-preset="card" data-source="photos/cat.jpg" alt="${words}"${more}>`;
    const element = `<seal-img preset="card" source="photos/cat.jpg" alt="${words}"></seal-img>`;
    const waiting = (script: string) => script.replace("/grant", "/never");
    const box = "JSON.stringify([document.images[0].clientWidth, document.images[0].clientHeight])";

    beforeEach(() => {
      frontEnd.pages.set("/never", () => new Promise<string>(() => {}));
    });

    async function waitFor(html: string): Promise<Page> {
      const page = await (await open()).newPage();
      await show(page, html);
      await page.waitForFunction(`document.images[0]?.hasAttribute("width")`);
      return page;
    }

    test.each([
      ["observe", () => document(observed(), waiting(observing()))],
      ["<seal-img>", () => document(element, waiting(sealing()))],
    ])("keeps its place and shows no words, with %s", async (_, html) => {
      const page = await waitFor(html());
      expect(await page.evaluate(box)).toBe("[400,300]");
      expect(await isBlank(page, 1)).toEqual([true]);
      expect(await page.evaluate("document.images[0].alt")).toBe(words);
    });

    test("shows its words, larger or smaller than itself, where nothing is done", async () => {
      const page = await waitFor(document(observed(' width="400" height="300"')));
      expect(await page.evaluate(box)).not.toBe("[400,300]");
      expect(await isBlank(page, 1)).toEqual([false]);
    });

    test("keeps its own class and style, and obeys the page's", async () => {
      const style = "<style>img { display: block; width: 100%; height: auto }</style>";
      const own = ' class="hero" style="border: 1px solid white"';
      const page = await waitFor(document(observed(own), style + waiting(observing())));
      const computed = "getComputedStyle(document.images[0]).display";
      expect(await page.evaluate(computed)).toBe("block");
      expect(await page.evaluate(box)).toBe("[784,588]");
      expect(await page.evaluate("document.images[0].getAttribute('style')")).toBe("border: 1px solid white");
      expect(await page.evaluate("document.images[0].className")).toBe("hero");
      expect(await isBlank(page, 1)).toEqual([true]);
    });

    test("keeps its place in a shadow root, until it is told not to", async () => {
      const page = await (await open()).newPage();
      await show(page, document("<main></main>"));
      const sizes = await page.evaluate(`(async () => {
        const { observe } = await import("/sdk/observe.js");
        const { defineSealImg } = await import("/sdk/element.js");
        const { presets } = await import("/presets.js");
        const settings = { presets, baseUrl: "${frontEnd.images}", grant: () => new Promise(() => {}) };
        const root = document.querySelector("main").attachShadow({ mode: "open" });
        root.innerHTML = ${JSON.stringify(observed() + element)};
        const sizesOf = () => [...root.querySelectorAll("img")].map(({ clientWidth, clientHeight }) => [clientWidth, clientHeight]);
        const stop = observe(root, settings);
        defineSealImg(settings);
        await new Promise(requestAnimationFrame);
        const kept = sizesOf();
        stop();
        return { kept, left: sizesOf(), sheets: root.adoptedStyleSheets.length };
      })()`);
      const own = [400, 300];
      expect(sizes).toMatchObject({
        kept: [own, own],
        left: [expect.not.arrayContaining(own), own],
        sheets: 1,
      });
    });
  });

  describe("a page that is rendered twice within a window", () => {
    test("makes no second request", async () => {
      const context = await open();
      // An eighth of the hour that its URLs live.
      const start = Math.ceil(Date.now() / 450_000) * 450_000;
      const urls: string[] = [];
      for (const now of [start + 1_000, start + 440_000]) {
        const page = await context.newPage();
        await show(page, document(await frontEnd.signerAt(now).html("card", "photos/cat.jpg", { alt: "" })));
        await settle(page);
        urls.push(await currentSrc(page));
      }
      expect(urls[1]).toBe(urls[0]);
      expect(frontEnd.answered).toHaveLength(1);
    });

    test("makes no second request with a grant", async () => {
      const context = await open();
      for (const alt of ["first", "second"]) {
        const page = await context.newPage();
        await show(
          page,
          document(`<img data-preset="card" data-source="photos/cat.jpg" alt="${alt}">`, observing()),
        );
        await settle(page);
      }
      expect(frontEnd.answered).toHaveLength(1);
    });

    test("asks for nothing that it has by the same signed URL, whoever makes the candidates", async () => {
      const url = await frontEnd.signer.url("banner", "photos/cat.jpg");
      const sizes = "100vw";
      const html = await frontEnd.signer.html("banner", "photos/cat.jpg", { alt: "", sizes });
      const page = await (await open()).newPage();
      await show(page, document(html));
      const written = await page.evaluate<string>("document.images[0].srcset");
      const made = await page.evaluate<string>(`(async () => {
        const { srcset } = await import("/sdk/client.js");
        const { presets } = await import("/presets.js");
        return srcset(presets, ${JSON.stringify(url)});
      })()`);
      expect(made).toBe(written);
    });
  });

  test("a Content-Security-Policy needs img-src alone, and scripts what scripts need", async () => {
    const { images, signer } = frontEnd;
    const html = await signer.html("card", "photos/cat.jpg", { alt: "A cat" });
    const placeholder = 'data-placeholder="lqip" placeholder="lqip"';
    const observed = `<img data-preset="card" data-source="photos/cat.jpg" alt="A cat" ${placeholder}>`;
    const element = `<seal-img preset="card" source="photos/cat.jpg" alt="A cat" ${placeholder}></seal-img>`;
    const strict = `default-src 'none'; img-src ${images}`;
    const scripted = `${strict}; script-src 'self'; connect-src 'self'`;
    frontEnd.pages.set("/observing.js", scriptOf(observing()));
    frontEnd.pages.set("/sealing.js", scriptOf(sealing()));
    for (const [page, policy] of [
      [document(html), strict],
      [document(observed, '<script type="module" src="/observing.js"></script>'), scripted],
      [document(element, '<script type="module" src="/sealing.js"></script>'), scripted],
    ] as const) {
      const tab = await (await open()).newPage();
      const complaints = complaintsOf(tab);
      await show(tab, page, { "content-security-policy": policy });
      await arrive(tab);
      expect(complaints).toEqual([]);
    }
  });

  test("plain HTML, observe and <seal-img> show the same picture", async () => {
    const html = await frontEnd.signer.html("card", "photos/cat.jpg", { alt: "A cat" });
    const observed = '<img data-preset="card" data-source="photos/cat.jpg" alt="A cat">';
    const element = '<seal-img preset="card" source="photos/cat.jpg" alt="A cat"></seal-img>';
    const seen: Buffer[] = [];
    for (const page of [document(html), document(observed, observing()), document(element, sealing())]) {
      const tab = await (await open()).newPage();
      await show(tab, page);
      await settle(tab);
      const { data, info } = await sharp(await tab.screenshot())
        .raw()
        .toBuffer({ resolveWithObject: true });
      expect(info).toMatchObject({ width: 800, height: 600 });
      seen.push(data);
    }
    expect(seen[1]?.equals(seen[0] ?? Buffer.of())).toBe(true);
    expect(seen[2]?.equals(seen[0] ?? Buffer.of())).toBe(true);
    expect(new Set(seen[0]).size).toBeGreaterThan(100);
  });

  test("a redirect to the same URL with a fragment is followed, and ends", async () => {
    const page = await (await open()).newPage();
    const html = await frontEnd.signer.html("large", "photos/cat.jpg", { alt: "A cat" });
    await show(page, document(html));
    await settle(page);
    expect(frontEnd.answered.map(({ status, outcome }) => ({ status, outcome }))).toEqual([
      { status: 302, outcome: "overflow" },
      { status: 200, outcome: "stored" },
    ]);
    expect(await page.evaluate("document.images[0].naturalWidth")).toBe(800);
  });

  describe("observe", () => {
    const img = (more = "") =>
      `<img data-preset="card" data-source="photos/cat.jpg" alt="A cat"${more && ` ${more}`}>`;

    test("asks for no picture before there is a grant, and says how large it will be", async () => {
      let give: (grant: string) => void = () => {};
      frontEnd.pages.set(
        "/late",
        () =>
          new Promise<string>((resolve) => {
            give = resolve;
          }),
      );
      const page = await (await open()).newPage();
      const asked: string[] = [];
      page.on("request", (request) => asked.push(request.url()));
      await show(page, document(img(), observing().replace("/grant", "/late")));
      await page.waitForFunction(
        "document.images[0].clientWidth === 400 && document.images[0].clientHeight === 300",
      );
      expect(await page.evaluate("document.images[0].outerHTML")).toBe(
        '<img data-preset="card" data-source="photos/cat.jpg" alt="A cat" width="400" height="300" loading="lazy" decoding="async">',
      );
      await expect.poll(() => asked).toContain(`${frontEnd.site}/late`);
      expect(asked.filter((url) => url.startsWith(frontEnd.images))).toEqual([]);
      give(await frontEnd.signer.grant({ presets: ["card"], sources: ["photos/cat.jpg"] }));
      await settle(page);
    });

    test("asks for no picture where there is no grant, and says so", async () => {
      frontEnd.pages.set("/refused", "no grant today");
      const page = await (await open()).newPage();
      const complaints = complaintsOf(page);
      await show(page, document(img(), observing().replace("/grant", "/refused")));
      await expect
        .poll(() => complaints)
        .toEqual([expect.stringContaining("grant: expected a signer's grant, received a text of ")]);
      expect(frontEnd.answered).toEqual([]);
    });

    test("fills what comes later, and what changes", async () => {
      const page = await (await open()).newPage();
      await show(page, document(img(), observing()));
      await settle(page);
      await page.evaluate(
        `document.body.insertAdjacentHTML("beforeend", '<p>' + ${JSON.stringify(img())} + '</p>')`,
      );
      await settle(page, 2);
      await page.evaluate(`document.images[0].dataset.source = "photos/dog.jpg"`);
      await page.waitForFunction(`document.images[0].currentSrc.includes("/dog.jpg")`);
      await settle(page, 2);
      expect(frontEnd.answered).toHaveLength(2);
    });

    test("does not let one wrong description keep the others from their pictures", async () => {
      const page = await (await open()).newPage();
      const complaints = complaintsOf(page);
      const wrong = [
        img().replace("card", "crad"),
        img().replace('alt="A cat"', ""),
        img().replace("card", "banner"),
        img('data-source-size="wide"').replace("card", "logo"),
        img().replace("photos/cat.jpg", "../large/x.jpg"),
      ];
      await show(page, document(wrong.join("") + img(), observing()));
      await page.waitForFunction("document.images[5].naturalWidth > 0");
      expect(frontEnd.answered.map(({ preset }) => preset)).toEqual(["card"]);
      expect(complaints).toEqual([
        expect.stringContaining(
          'preset: expected one of card, avatar, banner, logo, lqip, large, received "crad"',
        ),
        expect.stringContaining('alt: expected a text, or "" for decoration, received undefined'),
        expect.stringContaining("sizes: expected how wide the picture is shown"),
        expect.stringContaining('source-size: expected 4000x3000, received "wide"'),
        expect.stringContaining(
          'source: expected a key without a leading slash, "." or "..", received "../large/x.jpg"',
        ),
      ]);
    });

    test("asks for another grant before the one that it has ends, and keeps the pictures that have come", async () => {
      const page = await (await open()).newPage();
      let given = 0;
      frontEnd.pages.set("/counted", () => {
        given += 1;
        const expiresAt = new Date(Date.now() + (given === 1 ? 600_000 : 3_600_000));
        return frontEnd.signer.grant({ presets: ["card"], sources: ["photos/"], expiresAt });
      });
      await page.clock.install();
      // A misspelt placeholder is no reason to leave a picture with a grant that ends.
      const below = `<div style="height: 20000px"></div>${img('data-placeholder="lqpi"')}`;
      await show(page, document(img() + below, observing().replace("/grant", "/counted")));
      await page.waitForFunction("document.images[0].naturalWidth > 0 && document.images[1].src !== ''");
      const before = await page.evaluate<string[]>("[...document.images].map((img) => img.src)");
      await page.clock.fastForward(500_000);
      expect(given).toBe(1);
      await page.clock.fastForward(30_000);
      await page.waitForFunction(`document.images[1].src !== ${JSON.stringify(before[1])}`);
      const after = await page.evaluate<string[]>("[...document.images].map((img) => img.src)");
      expect(given).toBe(2);
      expect(after[0]).toBe(before[0]);
      expect(frontEnd.answered).toHaveLength(1);
      await page.evaluate("document.images[1].scrollIntoView()");
      await settle(page, 2);
    });

    test.each([
      ["observe", () => document(img(), observing())],
      [
        "<seal-img>",
        () => document('<seal-img preset="card" source="photos/cat.jpg" alt="A cat"></seal-img>', sealing()),
      ],
    ])(
      "asks for another grant when a picture cannot be had, because its machine slept over the end (%s)",
      async (_, html) => {
        const page = await (await open()).newPage();
        let given = 0;
        frontEnd.pages.set("/counted", () => {
          given += 1;
          const expiresAt = new Date(Date.now() + 600_000 * given);
          return frontEnd.signer.grant({ presets: ["card"], sources: ["photos/"], expiresAt });
        });
        await page.clock.install();
        const late: (() => void)[] = [];
        await page.route(`${frontEnd.images}/**`, async (route) => {
          if (given > 1) return route.continue();
          await new Promise<void>((resolve) => late.push(resolve));
          return route.abort();
        });
        await show(page, html().replace("/grant", "/counted"));
        await expect.poll(() => late.length).toBe(1);
        // Timers stand still meanwhile.
        await page.clock.setSystemTime(Date.now() + 599_000);
        late[0]?.();
        await settle(page);
        expect(given).toBe(2);
      },
    );

    test("shows a placeholder until the picture is there", async () => {
      const page = await (await open()).newPage();
      await page.route(/\/card\//, async (route) => {
        await page.waitForFunction(
          `document.images[0].style.backgroundImage.includes("/lqip/photos/cat.jpg?grant=")`,
        );
        await route.continue();
      });
      await show(page, document(img('data-placeholder="lqip"'), observing()));
      await settle(page);
      await page.waitForFunction(`document.images[0].style.backgroundImage === ""`);
      expect(frontEnd.answered.map(({ preset }) => preset).sort()).toEqual(["card", "lqip"]);
    });

    test("does not let a misspelt placeholder keep a picture away", async () => {
      const page = await (await open()).newPage();
      const complaints = complaintsOf(page);
      await show(page, document(img('data-placeholder="lqpi"'), observing()));
      await settle(page);
      expect(complaints).toEqual([expect.stringContaining('received "lqpi"')]);
    });

    test.each(["600 x 200", "1x2x3", "0x5", "abc"])("takes no source size of %s", async (size) => {
      const page = await (await open()).newPage();
      const complaints = complaintsOf(page);
      await show(page, document(img(`data-source-size="${size}"`), observing()));
      await expect.poll(() => complaints).toEqual([expect.stringMatching(/source-?size: expected/i)]);
    });

    test("spares those who save data the denser candidates and the placeholder", async () => {
      const page = await (
        await open({ deviceScaleFactor: 2, viewport: { width: 400, height: 600 } })
      ).newPage();
      await page.addInitScript(
        `Object.defineProperty(navigator, "connection", { value: { saveData: true } });`,
      );
      const banner = img('sizes="100vw"').replace("card", "banner");
      await show(page, document(img('data-placeholder="lqip"') + banner, observing()));
      await settle(page, 2);
      const chosen = await page.evaluate<string[]>("[...document.images].map((img) => img.currentSrc)");
      expect(selector(chosen[0] ?? "", "dpr")).toBeNull();
      expect(selector(chosen[1] ?? "", "w")).toBe("640");
      expect(frontEnd.answered.map(({ preset }) => preset).sort()).toEqual(["banner", "card"]);
    });

    test("leaves lazy pictures to the browser, which loads them all to print", async () => {
      const page = await (await open()).newPage();
      await show(page, document(`<div style="height: 20000px"></div>${img()}`, observing()));
      await page.waitForFunction("document.images[0].src !== ''");
      expect(frontEnd.answered).toEqual([]);
      await page.pdf();
      await settle(page);
    });

    test("ends when it is told to", async () => {
      const page = await (await open()).newPage();
      await show(page, document(""));
      const html = await page.evaluate<string>(`(async () => {
        const { observe } = await import("/sdk/observe.js");
        const { presets } = await import("/presets.js");
        const stop = observe(document, ${settings()});
        stop();
        document.body.innerHTML = ${JSON.stringify(img())};
        await new Promise((resolve) => setTimeout(resolve, 50));
        return document.body.innerHTML;
      })()`);
      expect(html).toBe(img());
    });
  });

  test("<seal-img> follows its attributes, and copies of it hold one picture", async () => {
    const page = await (await open()).newPage();
    const element =
      '<seal-img preset="banner" source="photos/cat.jpg" alt="A cat" sizes="50vw" priority></seal-img>';
    await show(page, document(element, sealing()));
    await settle(page);
    expect(await page.evaluate("document.images[0].loading + document.images[0].fetchPriority")).toBe(
      "eagerhigh",
    );
    await page.evaluate(`(() => {
      const copy = document.querySelector("seal-img").cloneNode(true);
      copy.setAttribute("source", "photos/dog.jpg");
      copy.setAttribute("alt", "A dog");
      document.body.append(copy);
    })()`);
    await settle(page, 2);
    expect(await page.evaluate("[...document.images].map((img) => img.alt)")).toEqual(["A cat", "A dog"]);
    expect(frontEnd.answered).toHaveLength(2);
  });

  test("<seal-img> leaves nothing behind of what it was told before", async () => {
    const page = await (await open()).newPage();
    const element =
      '<seal-img preset="banner" source="photos/cat.jpg" alt="A cat" sizes="50vw" crossorigin></seal-img>';
    await show(page, document(element, sealing()));
    await settle(page);
    const described = `JSON.stringify(["sizes", "crossorigin", "srcset"].map((name) => document.images[0].getAttribute(name)?.slice(-5)))`;
    expect(await page.evaluate(described)).toBe('["50vw","","1920w"]');
    await page.evaluate(`(() => {
      const element = document.querySelector("seal-img");
      element.setAttribute("preset", "lqip");
      element.setAttribute("source-size", "2000x1250");
      element.removeAttribute("sizes");
      element.removeAttribute("crossorigin");
    })()`);
    await page.waitForFunction(`document.images[0].currentSrc.includes("/lqip/")`);
    expect(await page.evaluate(described)).toBe("[null,null,null]");
  });

  test("a preloaded picture is loaded once", async () => {
    const page = await (await open({ deviceScaleFactor: 2 })).newPage();
    const complaints = complaintsOf(page);
    const [url, banner] = [
      await frontEnd.signer.url("card", "photos/cat.jpg"),
      await frontEnd.signer.url("banner", "photos/cat.jpg"),
    ];
    await show(page, document(""));
    await page.evaluate(`(async () => {
      const { imgAttributes, preloadAttributes } = await import("/sdk/client.js");
      const { presets } = await import("/presets.js");
      const add = (name, attributes, parent) => {
        const element = document.createElement(name);
        for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
        parent.append(element);
        return element;
      };
      for (const [url, more] of [[${JSON.stringify(url)}, {}], [${JSON.stringify(banner)}, { sizes: "50vw" }]]) {
        const attributes = imgAttributes(presets, url, { alt: "", priority: true, ...more });
        const link = add("link", preloadAttributes(attributes), document.head);
        await new Promise((resolve, reject) => Object.assign(link, { onload: resolve, onerror: reject }));
        add("img", attributes, document.body);
      }
    })()`);
    await settle(page, 2);
    expect(frontEnd.answered).toHaveLength(2);
    expect(complaints).toEqual([]);
  });

  /** What the console says, and what breaks. */
  function complaintsOf(page: Page): string[] {
    const complaints: string[] = [];
    page.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) complaints.push(message.text());
    });
    page.on("pageerror", (error) => complaints.push(error.message));
    return complaints;
  }

  /** As `settle`, without the eval that a Content-Security-Policy forbids. */
  async function arrive(page: Page): Promise<void> {
    await expect
      .poll(() => page.evaluate("document.images.length === 1 && document.images[0].naturalWidth > 0"))
      .toBe(true);
  }

  const scriptOf = (tag: string) => tag.replace(/<\/?script[^>]*>/g, "");
});

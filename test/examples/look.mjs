// What a page looks like in Chromium, and what is said of it there.
import { existsSync } from "node:fs";
import { chromium } from "playwright-core";
import sharp from "sharp";

const places = [
  process.env.CHROMIUM ?? "",
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
];

export function openBrowser() {
  const executablePath = places.find((path) => existsSync(path));
  if (executablePath === undefined) throw new Error("expected Chromium at one of its places, or in CHROMIUM");
  return chromium.launch({ executablePath, args: ["--headless", "--no-sandbox", "--disable-gpu"] });
}

const watch = `new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) globalThis.shifted = (globalThis.shifted ?? 0) + entry.value;
}).observe({ type: "layout-shift", buffered: true });`;

/** What an `<img>` says of itself, without its URLs: they are signed at another time, or of a grant. */
const described = `JSON.stringify([...document.images].map((img) => [
  img.alt, ...["width", "height"].map((name) => img.getAttribute(name)), img.loading, img.decoding, img.fetchPriority, img.sizes, img.srcset.replaceAll(/\\S+ (?=\\d)/g, ""),
]))`;

/** Until so many pictures are there, or it is clear that they do not come. */
export async function look(browser, url, count) {
  const context = await browser.newContext({ viewport: { width: 800, height: 800 } });
  const page = await context.newPage();
  const complaints = [];
  page.on("console", (message) => complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("requestfailed", (request) => complaints.push(`${request.url()}: ${request.failure()?.errorText}`));
  await page.addInitScript(watch);
  await page.goto(url);
  const arrived = "[...document.images].filter((img) => img.complete && img.naturalWidth > 0).length";
  await page.waitForFunction(`${arrived} === ${count}`, undefined, { timeout: 20_000 }).catch(() => {});
  await page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))");
  const result = {
    shown: await page.evaluate(arrived),
    shift: await page.evaluate("globalThis.shifted ?? 0"),
    tags: await page.evaluate(described),
    complaints,
    pixels: await sharp(await page.screenshot())
      .raw()
      .toBuffer(),
  };
  await context.close();
  return result;
}

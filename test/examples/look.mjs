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

/** Until three pictures are there, or it is clear that they do not come. */
export async function look(browser, origin) {
  const context = await browser.newContext({ viewport: { width: 800, height: 800 } });
  const page = await context.newPage();
  const complaints = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("requestfailed", (request) => complaints.push(`${request.url()}: ${request.failure()?.errorText}`));
  await page.addInitScript(watch);
  await page.goto(origin);
  const arrived = "[...document.images].filter((img) => img.complete && img.naturalWidth > 0).length";
  await page.waitForFunction(`${arrived} === 3`, undefined, { timeout: 20_000 }).catch(() => {});
  await page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))");
  const screenshot = await page.screenshot();
  const result = {
    shown: await page.evaluate(arrived),
    shift: await page.evaluate("globalThis.shifted ?? 0"),
    complaints,
    pixels: await sharp(screenshot).raw().toBuffer(),
    screenshot,
  };
  await context.close();
  return result;
}

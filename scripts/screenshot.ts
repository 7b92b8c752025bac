/**
 * Makes docs/gallery.png from a running server, in Debian's Chromium:
 *
 *     npm start &
 *     node scripts/run.mjs screenshot [http://127.0.0.1:8787]
 */

import { writeFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { chromium, type Page } from "playwright-core";
import sharp from "sharp";

const chromiumArguments = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** A README's readers wait for it. */
const maxBytes = 600_000;

export async function main(root: URL): Promise<void> {
  const [, , , server = "http://127.0.0.1:8787"] = process.argv;
  const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: chromiumArguments });
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 1240 }, colorScheme: "light" });
    await page.goto(new URL("/?in=photos/", server).href);
    await settle(page);
    // A second request of some, so that hits are seen beside misses.
    const reloads = await page.locator('[data-action="reload"]').all();
    for (const button of reloads.slice(0, 5)) await button.click();
    await settle(page);
    // The pointer colours the button under it, and so does a press for a second.
    await page.mouse.move(0, 0);
    await delay(1_500);
    const png = await sharp(await page.screenshot())
      .png({ palette: true, quality: 90, effort: 10 })
      .toBuffer();
    if (png.length > maxBytes) throw new Error(`expected at most ${maxBytes} bytes, received ${png.length}`);
    await writeFile(new URL("docs/gallery.png", root), png);
    console.log(`docs/gallery.png: ${png.length} bytes`);
  } finally {
    await browser.close();
  }
}

/** Until every picture in the window has arrived, or failed and says so. */
async function settle(page: Page): Promise<void> {
  // Not waitForFunction, which needs the eval that the page's Content-Security-Policy forbids.
  const hasSettled = `[...document.querySelectorAll("figure")]
    .filter((figure) => figure.getBoundingClientRect().top < innerHeight)
    .every((figure) => !figure.ariaBusy && figure.querySelector(".outcome").textContent !== "")`;
  const deadline = Date.now() + 120_000;
  while (!(await page.evaluate<boolean>(hasSettled))) {
    if (Date.now() > deadline) throw new Error("expected every picture within 120 s");
    await delay(200);
  }
}

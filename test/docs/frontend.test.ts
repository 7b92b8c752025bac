import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { compiledCommand } from "../cli/binary.ts";
import { isWithoutBrowser, launchBrowser, testThatThereIsABrowser } from "../fixtures/browser.ts";
import { type FrontEnd, startFrontEnd } from "../fixtures/front-end.ts";
import { codeBlocks, readDocument } from "./markdown.ts";

const document = readDocument("docs/frontend.md");
const examples = codeBlocks(document, "html");

testThatThereIsABrowser("the examples of docs/frontend.md");

describe.skipIf(isWithoutBrowser)("an example of docs/frontend.md", () => {
  const command = compiledCommand();
  let browser: Browser;
  let frontEnd: FrontEnd;

  beforeAll(async () => {
    [browser, frontEnd] = await Promise.all([launchBrowser(), startFrontEnd(command.main)]);
    const { pages, signer } = frontEnd;
    for (const preset of ["banner", "card", "lqip"]) {
      pages.set(`/signed/${preset}`, async () => {
        const url = await signer.url(preset, "photos/cat.jpg");
        return url.replace(frontEnd.images, "https://img.example.com");
      });
    }
  });
  afterAll(async () => {
    await Promise.all([browser.close(), frontEnd.stop()]);
  });

  const imports = {
    "@imgseal/sdk/client": "/sdk/client.js",
    "@imgseal/sdk/observe": "/sdk/observe.js",
    "@imgseal/sdk/element": "/sdk/element.js",
    "./presets.js": "/presets.js",
  };

  test.each(examples.map((example, index) => [index + 1, example] as const))(
    "shows its pictures and complains of nothing (%i)",
    async (_, example) => {
      const context = await browser.newContext();
      onTestFinished(async () => {
        // A picture may be there before its placeholder: what is on its way cannot be answered once all is closed.
        await context.unrouteAll({ behavior: "wait" });
        await context.close();
      });
      await context.route("https://img.example.com/**", async (route) => {
        const url = route.request().url().replace("https://img.example.com", frontEnd.images);
        await route.fulfill({ response: await route.fetch({ url }) });
      });
      const page = await context.newPage();
      const complaints: string[] = [];
      page.on("console", (message) => complaints.push(message.text()));
      page.on("pageerror", (error) => complaints.push(error.message));
      const map = `<script type="importmap">${JSON.stringify({ imports })}</script>`;
      // The script of an example that begins with one is in the head, as HTML's parser has it.
      frontEnd.pages.set("/example", {
        html: `<!doctype html><meta charset="utf-8"><title>An example</title><link rel="icon" href="data:,">${map}\n${example}`,
      });
      await page.goto(`${frontEnd.site}/example`);
      await page.waitForFunction(
        `document.images.length > 0 && [...document.images].every((img) => img.complete && img.naturalWidth > 0 && img.style.backgroundImage === "")`,
      );
      const sized = `[...document.images].every((img) => img.alt && img.getAttribute("width") && img.getAttribute("height"))`;
      expect(await page.evaluate(sized)).toBe(true);
      expect(complaints).toEqual([]);
    },
  );
});

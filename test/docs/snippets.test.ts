/**
 * Why this is here: what docs/frontend.md shows of React, Vue and Nuxt is quoted from the examples, which test:examples
 * builds. Its own snippets beside them are compiled and rendered here, so that none of them is only read.
 */

import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build, type Plugin } from "esbuild";
import { createElement, type FunctionComponent, type ReactElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { expect, it, onTestFinished } from "vitest";
import { type Component, createSSRApp, h } from "vue";
import { compileScript, parse } from "vue/compiler-sfc";
import { renderToString } from "vue/server-renderer";
import { createSigner } from "../../sdk/index.ts";
import { makePreset, makeTable } from "../fixtures/presets.ts";
import { vectors } from "../vectors/signed-urls.ts";
import { codeBlocks, readDocument, root } from "./markdown.ts";

const document = readDocument("docs/frontend.md");
const path = (name: string) => fileURLToPath(new URL(name, root));

const table = makeTable([
  makePreset({ name: "card", width: 400, height: 300, dprs: [1, 2] }),
  makePreset({ name: "banner", widths: [640, 1280], aspectRatio: 2 }),
]);
const settings = { baseUrl: "https://img.example.com", keys: vectors.keys, presets: table };
const signer = createSigner(settings);

/** The blocks in this language that quote no file. */
function snippets(language: string): string[] {
  const own = document.replaceAll(/^\[[^\]]+\]\([^)]+\):\n\n```.*?^```$/gmsu, "");
  return codeBlocks(own, language);
}

/** The modules that a reader has: the const of `imgseal types`, and a signer. */
const surroundings: Plugin = {
  name: "surroundings",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^(?:\.|#shared)\/(?:presets|signer)$/ }, ({ path: name }) => ({
      path: name,
      namespace: "reader",
    }));
    onLoad({ filter: /presets$/, namespace: "reader" }, () => ({
      contents: `export const presets = ${JSON.stringify(table)};`,
    }));
    onLoad({ filter: /signer$/, namespace: "reader" }, () => ({
      contents: `import { createSigner } from "@imgseal/sdk"; export const signer = createSigner(${JSON.stringify(settings)});`,
      resolveDir: path("."),
    }));
  },
};

async function load(contents: string, loader: "ts" | "tsx"): Promise<Record<string, unknown>> {
  // Within node_modules, so that the bundle's imports of packages resolve.
  const folder = mkdtempSync(path("node_modules/.imgseal-snippets-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const outfile = join(folder, "snippet.mjs");
  const entries = ["react", "vue", "nuxt"].map((name) => [`@imgseal/sdk/${name}`, path(`sdk/${name}.ts`)]);
  await build({
    stdin: { contents, loader, resolveDir: path(".") },
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    jsx: "automatic",
    plugins: [surroundings],
    alias: { ...Object.fromEntries(entries), "@imgseal/sdk": path("sdk/index.ts") },
    external: ["react", "vue", "jose"],
  });
  return import(pathToFileURL(outfile).href);
}

async function renderSfc(code: string, props: object): Promise<string> {
  const { descriptor, errors } = parse(code);
  expect(errors).toEqual([]);
  const { content } = compileScript(descriptor, { id: "snippet", inlineTemplate: true });
  const { default: component } = await load(content, "ts");
  const app = createSSRApp({ render: () => h(component as Component, props) });
  app.component("NuxtImg", (_, { attrs }) => h("img", attrs));
  return renderToString(app);
}

it("React's snippets show the picture", async () => {
  const [code = "", ...others] = snippets("tsx");
  expect(others).toEqual([]);
  const { Teaser, SignedTeaser } = await load(code, "tsx");
  const picture = await signer.url("card", "photos/cat.jpg");
  const markup = renderToStaticMarkup(
    createElement(Teaser as FunctionComponent<{ picture: string }>, { picture }),
  );
  expect(markup).toMatch(/^<img alt="A cat" width="400" height="300" .* srcSet=".* 2x" .*class="teaser"\/>$/);
  const signed = await (SignedTeaser as (props: object) => Promise<ReactElement>)({
    source: "photos/cat.jpg",
  });
  expect(renderToStaticMarkup(signed)).toBe(markup);
});

it("Vue's and Nuxt's snippets show the picture", async () => {
  const [vue = "", nuxt = "", ...others] = snippets("vue");
  expect(others).toEqual([]);
  const card = await renderSfc(vue, { picture: await signer.url("card", "photos/cat.jpg") });
  expect(card).toMatch(/^<img alt="A cat" width="400" height="300" .* srcset=".* 2x" .*class="teaser">$/);
  const banner = await renderSfc(nuxt, { picture: await signer.url("banner", "photos/alps.jpg") });
  expect(banner).toMatch(
    /^<img alt="A valley in the Alps" width="1280" height="640" .*sizes="640:100vw 960:100vw /,
  );
});

it("no other snippet is only read", () => {
  const run = ["html", "tsx", "vue", "text"];
  for (const [, language] of document
    .replaceAll(/^\[[^\]]+\]\([^)]+\):\n\n```.*?^```$/gmsu, "")
    .matchAll(/^```(\w+)$/gmu)) {
    expect(run).toContain(language);
  }
});

// What a page's TypeScript may write: this one is compiled with the DOM's types, which use.ts must not need.
import type { SignerPresets } from "@imgseal/sdk/client";
import { defineSealImg } from "@imgseal/sdk/element";
import { type FillOptions, observe } from "@imgseal/sdk/observe";

declare const presets: SignerPresets;

const baseUrl = "https://img.example.com";
const options: FillOptions = {
  presets,
  baseUrl,
  grant: async () => (await fetch("/grant")).text(),
  onError: (error, img) => img?.replaceWith(String(error)),
};
defineSealImg(options);
const stop: () => void = observe(document, options);

// @ts-expect-error a page cannot make its own grant
observe(document.body, { presets, baseUrl });

export { stop };

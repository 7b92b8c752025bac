/// <reference lib="dom" />
/** Fills the pictures of a page from a grant, those that come later too. */

import { createFiller, type FillOptions } from "./fill.ts";
import { keepPlaces } from "./place.ts";

export type { FillOptions } from "./fill.ts";

const selector = "img[data-preset][data-source]";

/** HTML has the first three itself. */
const attributeFilter = [
  "alt",
  "sizes",
  "crossorigin",
  ...["preset", "source", "source-size", "priority", "placeholder"].map((name) => `data-${name}`),
];

/**
 * Fills every `<img data-preset="card" data-source="photos/cat.jpg" alt="A cat">` below `root`, now and later. Nothing
 * is requested before there is a grant.
 *
 *     const stop = observe(document, { presets, baseUrl, grant: async () => (await fetch("/grant")).text() });
 *
 * @returns a function that ends it; what is filled stays
 */
export function observe(root: Document | DocumentFragment | Element, options: FillOptions): () => void {
  const filler = createFiller(options);
  const fill = (img: HTMLImageElement) =>
    filler.fill(img, () => ({
      ...img.dataset,
      alt: img.getAttribute("alt"),
      sizes: img.getAttribute("sizes"),
    }));
  const fillBelow = (node: ParentNode) => {
    for (const img of node.querySelectorAll<HTMLImageElement>(selector)) fill(img);
  };
  const observer = new MutationObserver((records) => {
    for (const { target, addedNodes } of records) {
      for (const node of [target, ...addedNodes]) {
        if (node instanceof HTMLImageElement && node.matches(selector)) fill(node);
        else if (node instanceof Element && node !== target) fillBelow(node);
      }
    }
  });
  observer.observe(root, { subtree: true, childList: true, attributeFilter });
  // Errors do not bubble.
  root.addEventListener("error", filler.refreshIfDue, true);
  const leavePlaces = keepPlaces(root, selector);
  fillBelow(root);
  return () => {
    observer.disconnect();
    root.removeEventListener("error", filler.refreshIfDue, true);
    leavePlaces();
    filler.stop();
  };
}

/// <reference lib="dom" />
/** Fills the pictures of a page from a grant, those that come later too. */

import { type DescriptionName, descriptionNames } from "./description.ts";
import { createFiller, type FillOptions } from "./fill.ts";

const selector = "img[data-preset][data-source]";

/** HTML has these already; the others stand under `data-`. */
const native: ReadonlySet<DescriptionName> = new Set(["alt", "sizes", "crossorigin"]);

const attributeOf = (name: DescriptionName) => (native.has(name) ? name : `data-${name}`);

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
  const fill = (img: Element) => {
    if (img instanceof HTMLImageElement) filler.fill(img, (name) => img.getAttribute(attributeOf(name)));
  };
  const fillBelow = (node: Document | DocumentFragment | Element) => {
    for (const img of node.querySelectorAll(selector)) fill(img);
  };
  const observer = new MutationObserver((records) => {
    for (const { type, target, addedNodes } of records) {
      for (const node of type === "attributes" ? [target] : addedNodes) {
        if (!(node instanceof Element)) continue;
        if (node.matches(selector)) fill(node);
        else if (type === "childList") fillBelow(node);
      }
    }
  });
  const attributeFilter = descriptionNames.map(attributeOf);
  observer.observe(root, { subtree: true, childList: true, attributes: true, attributeFilter });
  fillBelow(root);
  return () => {
    observer.disconnect();
    filler.stop();
  };
}

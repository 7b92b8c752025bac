/// <reference lib="dom" />
/** `<seal-img>`: a picture by preset name in plain HTML. */

import { descriptionNames } from "./description.ts";
import { createFiller, type FillOptions } from "./fill.ts";

export type { FillOptions } from "./fill.ts";

/**
 * Defines `<seal-img preset="card" source="photos/cat.jpg" alt="A cat">`, which shows an `<img>` within it. It takes
 * `sizes`, `priority`, `crossorigin`, `source-size="4000x3000"` and `placeholder` as well.
 *
 *     defineSealImg({ presets, baseUrl, grant: async () => (await fetch("/grant")).text() });
 */
export function defineSealImg(options: FillOptions): void {
  const filler = createFiller(options);

  // Not at the module's top: there is no HTMLElement where a server renders the page.
  class SealImg extends HTMLElement {
    static readonly observedAttributes = descriptionNames;
    readonly #img = document.createElement("img");
    #isPlanned = false;

    connectedCallback(): void {
      // The picture takes part in the page's layout as if it stood there by itself.
      this.style.display = "contents";
      // A copy of the element brings a copy of the picture.
      this.replaceChildren(this.#img);
      this.attributeChangedCallback();
    }

    /** Attributes come one by one, and the first of them describe half a picture. */
    attributeChangedCallback(): void {
      if (this.#isPlanned) return;
      this.#isPlanned = true;
      queueMicrotask(() => {
        this.#isPlanned = false;
        const isDescribed = this.hasAttribute("preset") && this.hasAttribute("source");
        if (isDescribed && this.isConnected) filler.fill(this.#img, (name) => this.getAttribute(name));
      });
    }
  }

  customElements.define("seal-img", SealImg);
}

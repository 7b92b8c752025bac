/// <reference lib="dom" />
/** `<seal-img>`: a picture by preset name in plain HTML. */

import { createFiller, type FillOptions, setAttributes } from "./fill.ts";
import { keepPlaces } from "./place.ts";

export type { FillOptions } from "./fill.ts";

/**
 * Defines `<seal-img preset="card" source="photos/cat.jpg" alt="A cat">`, which shows an `<img>` within it. It takes
 * `sizes`, `priority`, `crossorigin`, `source-size="4000x3000"` and `placeholder` as well.
 *
 *     defineSealImg({ presets, baseUrl, grant: async () => (await fetch("/grant")).text() });
 */
export function defineSealImg(options: FillOptions): void {
  const scopes = new WeakSet<Node>();
  const filler = createFiller(options);

  // Not at the module's top: there is no HTMLElement where a server renders the page.
  class SealImg extends HTMLElement {
    static readonly observedAttributes = [
      "preset",
      "source",
      "alt",
      "sizes",
      "priority",
      "crossorigin",
      "source-size",
      "placeholder",
    ];
    readonly #img = document.createElement("img");
    #isPlanned = false;

    connectedCallback(): void {
      // The picture takes part in the page's layout as if it stood there by itself.
      this.style.display = "contents";
      // A copy of the element brings a copy of the picture.
      this.replaceChildren(this.#img);
      this.#img.addEventListener("error", filler.refreshIfDue);
      const scope = this.getRootNode();
      if (!scopes.has(scope)) keepPlaces(scope, "seal-img>img");
      scopes.add(scope);
      this.attributeChangedCallback();
    }

    /** Attributes come one by one, and the first of them describe half a picture. */
    attributeChangedCallback(): void {
      if (this.#isPlanned) return;
      this.#isPlanned = true;
      queueMicrotask(() => {
        this.#isPlanned = false;
        if (!this.isConnected || !this.matches("[preset][source]")) return;
        // What the description has no more is not left from before.
        const { sizes, crossorigin } = this.#describe();
        setAttributes(this.#img, { sizes, crossorigin });
        filler.fill(this.#img, () => this.#describe());
      });
    }

    #describe(): Readonly<Record<string, string>> {
      return Object.fromEntries(
        [...this.attributes].map(({ name, value }) => [name.replace("source-size", "sourceSize"), value]),
      );
    }
  }

  customElements.define("seal-img", SealImg);
}

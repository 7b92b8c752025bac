/// <reference lib="dom" />
/** The places of pictures whose URLs are not known yet. */

/**
 * CSS Content 3, 2: nothing to be seen, and an element is replaced by it. Without, Chromium draws a frame or a broken
 * image. A background stays. (content-visibility hides them too, and counts as a layout shift when it ends.)
 */
export const nothing = "linear-gradient(transparent,transparent)";

/**
 * Keeps the places of these pictures below `root` while they have no `src`. HTML 15.4.2: until then an image that has a
 * text is that text, inline, and not of its width and height; Chromium shows a broken image beside it. A page's own
 * styles go before these, which no Content-Security-Policy refuses.
 *
 * @param images a selector
 * @returns a function that ends it
 */
export function keepPlaces(root: Node, images: string): () => void {
  const owner = root.getRootNode();
  const scope = owner instanceof ShadowRoot ? owner : document;
  const sheet = new CSSStyleSheet();
  // The last two are for browsers that replace nothing.
  sheet.replaceSync(
    `:where(${images}):where(:not([src])){display:inline-block;content:${nothing};overflow:hidden;color:transparent}`,
  );
  scope.adoptedStyleSheets.push(sheet);
  return () => {
    scope.adoptedStyleSheets = scope.adoptedStyleSheets.filter((adopted) => adopted !== sheet);
  };
}

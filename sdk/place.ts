/// <reference lib="dom" />
/** The places of pictures whose URLs are not known yet. */

/**
 * Keeps the places of these pictures below `root` while they have no `src`. HTML 15.4.2: until then an image that has a
 * text is that text, and of no width and height. A page's own styles go before these, which no
 * Content-Security-Policy refuses.
 *
 * @param images a selector
 * @returns a function that ends it
 */
export function keepPlaces(root: Node, images: string): () => void {
  const owner = root.getRootNode();
  const scope = owner instanceof ShadowRoot ? owner : document;
  const sheet = new CSSStyleSheet();
  // With `overflow`, its lower edge is on the baseline as a picture's is, and not its text.
  sheet.replaceSync(
    `:where(${images}):where(:not([src])){display:inline-block;overflow:hidden;color:transparent}`,
  );
  scope.adoptedStyleSheets.push(sheet);
  return () => {
    scope.adoptedStyleSheets = scope.adoptedStyleSheets.filter((adopted) => adopted !== sheet);
  };
}

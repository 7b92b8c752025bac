/** A stand-in behind a picture until it has arrived. */

/** Properties of a `style`, under their names in CSSOM: for `Object.assign(img.style, ...)` and for `style` in JSX. */
export interface PlaceholderStyle {
  readonly backgroundImage: string;
  readonly backgroundSize: "cover";
  readonly backgroundPosition: "center";
}

/**
 * Shows a small picture behind an `<img>` that has not arrived.
 *
 *     Object.assign(img.style, placeholderStyle(lqipUrl));
 *
 * @param url of a tiny preset such as `lqip`, or its bytes as a `data:` URL
 */
export function placeholderStyle(url: string): PlaceholderStyle {
  // CSS Syntax 4.3.5: what could end the string, escaped as URLs do it.
  const quoted = url.replace(/["\\\n\r\f]/g, encodeURIComponent);
  return { backgroundImage: `url("${quoted}")`, backgroundSize: "cover", backgroundPosition: "center" };
}

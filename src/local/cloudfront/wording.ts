/** Values and figures, as our messages say them. */

/** As our other figures are written. */
export function grouped(figure: number): string {
  return figure.toLocaleString("en-US");
}

/** What a value is, in words, without what it holds. */
export function describe(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  if (Buffer.isBuffer(value)) return "a Buffer";
  if (typeof value === "object") return "an object";
  if (typeof value === "undefined") return "undefined";
  return `a ${typeof value}`;
}

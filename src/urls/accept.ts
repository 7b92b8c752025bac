/** Reading an Accept header (RFC 9110 12.5.1) in linear time, whatever it holds. */

/** Whether the header names this media type itself, and not through a wildcard, with a weight above 0. */
export function acceptsByName(accept: string, mediaType: string): boolean {
  for (let from = 0; from < accept.length; ) {
    const to = endOfPart(accept, from, ",");
    if (isWanted(accept.slice(from, to), mediaType)) return true;
    from = to + 1;
  }
  return false;
}

function isWanted(mediaRange: string, mediaType: string): boolean {
  let to = endOfPart(mediaRange, 0, ";");
  if (mediaRange.slice(0, to).trim().toLowerCase() !== mediaType) return false;
  while (to < mediaRange.length) {
    const from = to + 1;
    to = endOfPart(mediaRange, from, ";");
    const parameter = mediaRange.slice(from, to).trim().toLowerCase();
    if (parameter.startsWith("q=")) return isPositiveWeight(parameter.slice(2));
  }
  return true;
}

/** RFC 9110 12.4.2. A weight against its grammar counts as none: the fallback format is always right. */
function isPositiveWeight(weight: string): boolean {
  return /^(?:0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)$/.test(weight) && Number(weight) > 0;
}

/**
 * Where the part that begins at `from` ends: at the next delimiter outside a quoted string (RFC 9110
 * 5.6.4).
 */
function endOfPart(text: string, from: number, delimiter: "," | ";"): number {
  let isQuoted = false;
  for (let index = from; index < text.length; index++) {
    const character = text[index];
    if (character === '"') isQuoted = !isQuoted;
    else if (isQuoted && character === "\\") index++;
    else if (!isQuoted && character === delimiter) return index;
  }
  return text.length;
}

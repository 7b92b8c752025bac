/** A stream of text in pieces that no URL lies across, so that any amount of it can be worked on. */

/** No URL holds one, escaped or not: white space, a double quote, angle brackets. */
const boundary = /[\t\n\f\r "<>]/;

/**
 * The text in order, one character for each byte (Latin-1), so that bytes of any encoding survive.
 *
 * A piece is about as long as a chunk of the input; longer only where there is no boundary for as long.
 */
export async function* piecesOf(input: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let held: string[] = [];
  for await (const chunk of input) {
    const text = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength).toString("latin1");
    const end = lastBoundary(text);
    if (end === 0) {
      held.push(text);
      continue;
    }
    yield held.join("") + text.slice(0, end);
    held = [text.slice(end)];
  }
  const rest = held.join("");
  if (rest !== "") yield rest;
}

/** The place behind the last boundary; 0 when there is none. */
function lastBoundary(text: string): number {
  for (let end = text.length; end > 0; end--) {
    if (boundary.test(text.charAt(end - 1))) return end;
  }
  return 0;
}

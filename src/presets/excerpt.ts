/** A line of a file with a caret under a place in it, as a terminal can show it whatever the file holds. */

export interface Place {
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
  /** How many characters are meant. */
  readonly length: number;
}

const longestLine = 160;
const before = 60;

/** Two lines: the text behind its number, and a caret below what is meant. */
export function excerpt(text: string, { line, column, length }: Place): string {
  const from = text.length <= longestLine ? 0 : Math.max(0, column - 1 - before);
  const shown = text.slice(from, from + longestLine);
  const [head, tail] = [from > 0 ? "…" : "", from + shown.length < text.length ? "…" : ""];
  const carets = Math.max(1, Math.min(length, shown.trimEnd().length - (column - 1 - from)));
  const gutter = " ".repeat(String(line).length);
  // Tabs stay tabs, so that the caret stands under its place wherever they end.
  const indent = (head + text.slice(from, column - 1)).replaceAll(/[^\t]/g, " ");
  return [
    `   ${line} | ${head}${printable(shown)}${tail}`,
    `   ${gutter} | ${indent}${"^".repeat(carets)}`,
  ].join("\n");
}

// C0 and C1 move the cursor and change the terminal's settings; bidirectional controls show a line in another order
// than it is read; the two separators end a line.
const unprintable = /[^\P{Cc}\t]|[\p{Bidi_Control}\u2028\u2029]/gu;

/** With a visible character for each one that a terminal would obey; the length stays, and carets with it. */
export function printable(text: string): string {
  return text.replaceAll(unprintable, (character) => {
    const code = character.charCodeAt(0);
    // "Control Pictures" are in the order of what they stand for.
    if (code < 0x20) return String.fromCharCode(0x2400 + code);
    return code === 0x7f ? "\u2421" : "\ufffd";
  });
}

/** For a message that quotes a file: printable, and no longer than anybody reads. */
export function quotable(text: string): string {
  const longest = 400;
  return printable(text.length > longest ? `${text.slice(0, longest)}…` : text);
}

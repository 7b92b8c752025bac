/** URLs as they stand in HTML, Markdown and JSON: with entities and backslashes, and with whatever ends them there. */

export interface WrittenUrl {
  /** Where the URL begins and ends in the text. */
  readonly from: number;
  readonly to: number;
  /** Path and query as they go over the wire. */
  readonly path: string;
  readonly queryString: string;
  readonly parameters: readonly WrittenParameter[];
}

export interface WrittenParameter {
  /** Percent-decoded. */
  readonly name: string;
  /** Without the escapes of the text. */
  readonly value: string;
  /** Its place in the text, and that of its value. */
  readonly from: number;
  readonly valueFrom: number;
  readonly to: number;
}

// They double with each layer of JSON.
const backslashes = String.raw`\\+`;
// An ampersand, once or more than once escaped: `&amp;`, `&#38;`, JSON's `\u0026`, `\u0026amp;`, a feed's `&amp;amp;`.
const ampersand = `(?:&|${backslashes}(?:&|u0026|x26))(?:(?:amp|#0*38|#x0*26);)*`;
// With what HTML, JSON (also within JSON), JavaScript and Markdown may write for another character.
const escaped = new RegExp(
  String.raw`${ampersand}(?:#0*(?<decimal>\d{2,3});|#x0*(?<hex>[0-9a-f]{2});)?` +
    `|${backslashes}(?:u00(?<json>[0-9a-f]{2})|x(?<script>[0-9a-f]{2})|(?<bare>[/_()*~.+=?!#-]))`,
  "iy",
);
const slash = `(?:/|${backslashes}(?:/|(?:u00|x)2f)|${ampersand}#(?:0*47|x0*2f);)`;

// RFC 3986 3.3, and what is no URI but may be taken for one: the edge refuses it.
const path = charactersOf(String.raw`A-Za-z0-9\-._~%/!$'()*+,;=:@\u0080-\uffff`);
// Quotes, parentheses, commas and semicolons end a URL in an attribute, in Markdown, in a srcset, in CSS. The values
// that a signed URL needs have none of them.
const query = charactersOf(String.raw`A-Za-z0-9\-._~%=+:@/?!$*`);
/** The full stop of a sentence, the asterisks of an emphasis: no value of ours ends with one. */
const punctuation = ".!?:*~$@/+";

/**
 * What finds the URLs of one origin: with its scheme, or without one, as in `//img.example.com/`.
 *
 * @param origin as `new URL(...).origin` spells it
 */
export function originPattern(origin: string): RegExp {
  const [scheme = "", host = ""] = origin.split("//");
  const literal = (part: string) => part.replace(/[.[\]]/g, String.raw`\$&`);
  // Behind a colon it is another scheme, behind a letter the path of somebody else's URL. Behind a backslash it has
  // been tried already: a long row of them is not to be read again from each of its places.
  const begin = String.raw`(?:${scheme}|(?<![\w.:/%\\-]))`;
  return new RegExp(`${begin}${slash}{2}${literal(host)}(?=${slash})`, "gi");
}

/** The URLs of an origin in a text, in order. Octets above 127 may be in any encoding that ASCII is part of. */
export function findUrls(text: string, pattern: RegExp): WrittenUrl[] {
  const matches = [...text.matchAll(pattern)];
  return matches.map(({ index, 0: { length } }, position) =>
    // No further than to where the next one begins, which this one cannot contain.
    readUrl(text.slice(0, matches[position + 1]?.index), index, index + length),
  );
}

/** Consecutive characters of a text without its escapes. */
interface Reading {
  readonly characters: string;
  /** The place of each character in the text, and last the place behind them all. */
  readonly places: readonly [number, ...number[]];
}

function readUrl(text: string, from: number, pathFrom: number): WrittenUrl {
  const pathReading = read(text, pathFrom, path);
  const pathTo = placeOf(pathReading, pathReading.characters.length);
  const mark = characterAt(text, pathTo);
  const queryReading = mark?.character === "?" ? read(text, mark.to, query) : undefined;
  const queryString = withoutPunctuation(queryReading?.characters ?? "");
  return {
    from,
    to: queryReading === undefined ? pathTo : placeOf(queryReading, queryString.length),
    path: pathReading.characters,
    queryString,
    parameters: queryReading === undefined ? [] : parametersOf(queryString, queryReading),
  };
}

function withoutPunctuation(queryString: string): string {
  let length = queryString.length;
  while (length > 0 && punctuation.includes(queryString.charAt(length - 1))) length--;
  return queryString.slice(0, length);
}

interface Characters {
  /** A run of those that stand for themselves wherever they are written. */
  readonly plain: RegExp;
  /** One of all, escaped or not. */
  readonly any: RegExp;
}

function charactersOf(plain: string): Characters {
  return { plain: new RegExp(`[${plain}]+`, "y"), any: new RegExp(`[${plain}&]`) };
}

function read(text: string, from: number, { plain, any }: Characters): Reading {
  let characters = "";
  const places: [number, ...number[]] = [from];
  for (let at = from; at < text.length; ) {
    plain.lastIndex = at;
    if (plain.test(text)) {
      const end = plain.lastIndex;
      characters += text.slice(at, end);
      while (at < end) places.push(++at);
    } else {
      const next = characterAt(text, at);
      if (next === undefined || !any.test(next.character)) break;
      characters += next.character;
      at = next.to;
      places.push(at);
    }
  }
  return { characters, places };
}

function placeOf({ places }: Reading, index: number): number {
  return places[index] ?? places[0];
}

/** The character that is written at this place; nothing at the end, and where a backslash means nothing here. */
function characterAt(
  text: string,
  from: number,
): { readonly character: string; readonly to: number } | undefined {
  const character = text[from];
  if (character === undefined) return undefined;
  if (character !== "&" && character !== "\\") return { character, to: from + 1 };
  escaped.lastIndex = from;
  const match = escaped.exec(text);
  if (match === null) return undefined;
  const { decimal, hex, json, script, bare } = match.groups ?? {};
  const code = decimal === undefined ? Number.parseInt(hex ?? json ?? script ?? "26", 16) : Number(decimal);
  return { character: bare ?? String.fromCharCode(code), to: escaped.lastIndex };
}

function parametersOf(queryString: string, reading: Reading): WrittenParameter[] {
  const parameters: WrittenParameter[] = [];
  let start = 0;
  for (const part of queryString.split("&")) {
    const [name = ""] = part.split("=", 1);
    parameters.push({
      name: decodeName(name),
      value: part.slice(name.length + 1),
      from: placeOf(reading, start),
      valueFrom: placeOf(reading, start + Math.min(name.length + 1, part.length)),
      to: placeOf(reading, start + part.length),
    });
    start += part.length + 1;
  }
  return parameters;
}

/** `%65xp` is `exp` (RFC 3986 6.2.2.2). */
function decodeName(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

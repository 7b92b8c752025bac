import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { PresetFileError } from "../../src/presets/parse.ts";
import { errorOf, problemsOf, problemsOfPresets } from "./read.ts";

const fixture = (name: string) => readFileSync(new URL(`fixtures/${name}`, import.meta.url), "utf8");

test("tells ten different mistakes at once, each with its place", () => {
  const error = errorOf(fixture("ten-mistakes.yaml"));
  expect(error).toBeInstanceOf(PresetFileError);
  expect(error.problems).toHaveLength(10);
  expect(`${error.message}\n`).toBe(fixture("ten-mistakes.report.txt"));
});

test("puts a caret under what is meant", () => {
  const text = "version: 1\npresets:\n  card:\n    width: wide # pixels\n";
  expect(errorOf(text).message).toBe(
    [
      'presets.yaml:4:12  presets.card.width: expected an integer from 1 to 8192, received "wide"',
      "   4 |     width: wide # pixels",
      "     |            ^^^^",
    ].join("\n"),
  );
  expect(errorOf(text).problems).toEqual([
    {
      line: 4,
      column: 12,
      path: "presets.card.width",
      message: 'expected an integer from 1 to 8192, received "wide"',
    },
  ]);
});

test("counts lines and columns alike in files of other systems", () => {
  const text = "\uFEFFversion: 1\r\npresets:\r\n  card: {fit: 'covr'}\r\n";
  expect(errorOf(text).message).toBe(
    [
      'presets.yaml:3:15  presets.card.fit: expected cover, contain, fill, inside or outside, received "covr" (did you mean "cover"?)',
      "   3 |   card: {fit: 'covr'}",
      "     |               ^^^^^^",
    ].join("\n"),
  );
});

describe("the report of a hostile file", () => {
  const linesOf = (text: string) => errorOf(text).message.split("\n");

  test("shows of a long line what lies around the caret", () => {
    const rest = "x".repeat(5_000);
    const [said = "", line = "", caret = ""] = linesOf(
      `version: 1\npresets: { a: { description: "${rest}", width: wide, fit: cover } } # ${rest}\n`,
    ).slice(-3);
    expect(said).toContain('presets.a.width: expected an integer from 1 to 8192, received "wide"');
    expect(line).toMatch(/^ {3}2 \| …x+", width: wide, fit: cover \} \} # x+…$/);
    expect(line.length).toBeLessThan(180);
    expect(line.slice(caret.indexOf("^"), caret.lastIndexOf("^") + 1)).toBe("wide");
    expect(caret).toMatch(/^ {5}\| +\^{4}$/);
  });

  test("cuts what is meant where the line is cut", () => {
    const [, line = "", caret = ""] = linesOf(`version: 1\npresets: { a: { fit: ${"y".repeat(900)} } }\n`);
    expect(caret.length).toBeLessThanOrEqual(line.length);
    expect(line.slice(caret.indexOf("^"))).toMatch(/^y+…$/);
  });

  test("says once that a binary file is none, with nothing in it that a terminal obeys", () => {
    const bytes = "\xff\xd8\0\x10JFIF\x1b[2J\x07\x9b".repeat(2_000);
    const error = errorOf(`version: 1\n${bytes}`);
    expect(error.problems).toEqual([
      { line: 2, column: 3, path: "", message: "not a text file: it holds the control character U+0000" },
    ]);
    const [, line = "", caret = ""] = error.message.split("\n");
    expect(line).toContain("ÿØ␀␐JFIF␛[2J␇�ÿØ");
    expect(line[caret.indexOf("^")]).toBe("␀");
    expect(error.message).not.toMatch(/[^\P{Cc}\n]/u);
    expect(error.message.length).toBeLessThan(500);
  });

  test("takes the sting out of what YAML takes for text", () => {
    const { message } = errorOf(
      `version: 1\npresets: { "\u202e${"k".repeat(900)}": { width: 1 } }\u0085\u2028\n`,
    );
    expect(message).not.toMatch(/[\u0085\u202e\u2028]/);
    expect(message.length).toBeLessThan(1_000);
  });

  test("lets tabs and other people's letters stand, and the caret below its place", () => {
    const [, line = "", caret = ""] = linesOf("version: 1\npresets: {\tä: {\tfit: 'größer' } }\n").slice(-3);
    expect(line).toContain("presets: {\tä: {\tfit: 'größer' } }");
    expect(caret).toMatch(/\t +\^/);
  });
});

describe("what is not a presets file", () => {
  test.each([
    ["an empty file", "", "the file is empty: expected version and presets"],
    ["nothing but comments", "# soon\n", "the file is empty: expected version and presets"],
    ["a list", "- card\n", "expected a mapping with version and presets, received a list"],
    ["a text", "card\n", 'expected a mapping with version and presets, received "card"'],
    [
      "two documents",
      "version: 1\npresets: {a: {}}\n---\nversion: 1\n",
      "not valid YAML: a second document begins here, and a presets file is one",
    ],
    ["a tag", "version: 1\npresets: {a: !ruby/object {}}\n", "not valid YAML: unresolved tag: !ruby/object"],
    ["a missing quotation mark", "version: 'x\n", "not valid YAML: missing closing 'quote"],
  ])("refuses %s", (_, text, problem) => {
    expect(problemsOf(text)).toContain(problem);
  });

  test("asks for version and presets", () => {
    expect(problemsOf("cors: {}\n")).toEqual([
      "version: expected 1, received nothing",
      "presets: expected a mapping from names to options, received nothing",
    ]);
    expect(problemsOf("version: 2\npresets: {}\n")).toEqual([
      "version: expected 1, received 2",
      "presets: expected at least one preset, received none",
    ]);
  });
});

describe("YAML", () => {
  test("tells a broken structure together with what is wrong before it, and nothing behind it", () => {
    const text = "version: 1\npresets:\n  a: {wdith: 3}\n  b:\n\twidth: x\n  c: {width: wide}\n";
    expect(problemsOf(text)).toEqual([
      'presets.a.wdith: unknown option (did you mean "width"?)',
      "not valid YAML: tabs are not allowed as indentation",
    ]);
  });

  test("explains a bare asterisk", () => {
    expect(problemsOf("version: 1\ncors:\n  origins: *\npresets: {a: {}}\n")).toEqual([
      'not valid YAML: a "*" that is meant as text needs quotation marks',
    ]);
  });

  test("explains a colour that YAML takes for a comment", () => {
    expect(problemsOf("version: 1\npresets:\n  a:\n    background: #fff\n")).toEqual([
      'presets.a.background: expected white, black, transparent or a quoted colour such as "#fff", "#ffffff" or "#ffffff80", received nothing',
    ]);
  });

  test("refuses an option that is written twice, and checks the rest", () => {
    expect(problemsOf("version: 1\npresets:\n  a:\n    width: 1\n    width: 2\n    height: x\n")).toEqual([
      "presets.a.width: is written twice",
      'presets.a.height: expected an integer from 1 to 8192, received "x"',
    ]);
  });

  test("refuses a preset that is written twice", () => {
    expect(errorOf("version: 1\npresets:\n  a: {}\n  a: {}\n").problems).toEqual([
      { line: 4, column: 3, path: "presets.a", message: "is written twice" },
    ]);
  });

  test("reads aliases, and points into what they stand for", () => {
    expect(
      errorOf("version: 1\npresets:\n  a: {widths: &w [1, x]}\n  b: {widths: *w}\n").problems.map(
        ({ line, column, path }) => ({ line, column, path }),
      ),
    ).toEqual([
      { line: 3, column: 22, path: "presets.a.widths[1]" },
      { line: 3, column: 22, path: "presets.b.widths[1]" },
    ]);
  });

  test("refuses an alias without an anchor", () => {
    expect(errorOf("version: 1\npresets:\n  a: {widths: *w}\n").problems).toEqual([
      { line: 3, column: 15, path: "", message: "no anchor of this name stands before this alias" },
    ]);
  });

  test("refuses aliases that multiply", () => {
    const levels = Array.from({ length: 9 }, (_, n) => `a${n + 1}: &a${n + 1} [${Array(9).fill(`*a${n}`)}]`);
    expect(problemsOf(["a0: &a0 [lol]", ...levels].join("\n"))).toEqual([
      "not valid YAML: excessive alias count indicates a resource exhaustion attack",
    ]);
  });

  test("refuses an alias to what it stands in", () => {
    expect(problemsOf("version: 1\npresets: &p\n  a: *p\n")).toEqual(["presets.a.a: unknown option"]);
  });

  test("refuses brackets without end", () => {
    expect(problemsOf("[".repeat(3000))).toEqual([expect.stringMatching(/^not valid YAML: /)]);
  });

  test("sends users of merge keys to extends", () => {
    expect(problemsOf("version: 1\npresets:\n  a: &a {width: 1}\n  b: {<<: *a}\n")).toEqual([
      "presets.b.<<: YAML's merge keys are not read; a preset takes over another one's options with extends",
    ]);
  });
});

describe("an option", () => {
  const integer = (min: number, max: number) => `expected an integer from ${min} to ${max}, received`;
  const fits = "expected cover, contain, fill, inside or outside, received";
  const size = "expected a size from 100B to 780kB such as 750kB, received";
  const seconds =
    "expected a duration such as 1d, or a mapping with one or more of maxAge, edge, staleWhileRevalidate";
  test.each<[object, string]>([
    [{ width: 0 }, `width: ${integer(1, 8192)} 0`],
    [{ width: 8193 }, `width: ${integer(1, 8192)} 8193`],
    [{ width: 1.5 }, `width: ${integer(1, 8192)} 1.5`],
    [{ width: "200" }, `width: ${integer(1, 8192)} "200"`],
    [{ height: null }, `height: ${integer(1, 8192)} nothing`],
    [{ widths: [] }, "widths: expected a list of 1 to 32 widths in pixels, received an empty list"],
    [{ widths: 640 }, "widths: expected a list of 1 to 32 widths in pixels, received 640"],
    [{ widths: [640, "x"] }, `widths[1]: ${integer(1, 8192)} "x"`],
    [{ widths: [640, 640] }, "widths: 640 is listed twice"],
    [
      { width: 9, dprs: [1, 1.555] },
      "dprs[1]: expected a number from 1 to 9.99 with at most two decimals, received 1.555",
    ],
    [
      { width: 9, dprs: [1, 10] },
      "dprs[1]: expected a number from 1 to 9.99 with at most two decimals, received 10",
    ],
    [
      { width: 9, aspectRatio: "16:0" },
      'aspectRatio: expected a ratio from 1:100 to 100:1 such as "16:9", received "16:0"',
    ],
    [
      { width: 9, aspectRatio: "wide" },
      'aspectRatio: expected a ratio from 1:100 to 100:1 such as "16:9", received "wide"',
    ],
    [{ formats: ["json"] }, 'formats[0]: expected avif, webp, jpeg, png or gif, received "json"'],
    [
      { formats: ["jpg"] },
      'formats[0]: expected avif, webp, jpeg, png or gif, received "jpg" (did you mean "jpeg"?)',
    ],
    [
      { formats: "webp" },
      'formats: expected a list of 1 to 5 formats (avif, webp, jpeg, png, gif), received "webp"',
    ],
    [{ access: "Public" }, 'access: expected signed or public, received "Public" (did you mean "public"?)'],
    [
      { quality: "high" },
      'quality: expected an integer from 1 to 100, or a mapping from avif, webp or jpeg to such, received "high"',
    ],
    [{ quality: 101 }, `quality: ${integer(1, 100)} 101`],
    [{ quality: { jpeg: "high" } }, `quality.jpeg: ${integer(1, 100)} "high"`],
    [{ quality: { png: 90 } }, "quality.png: png has no quality, expected avif, webp or jpeg"],
    [{ quality: { gif: 90 } }, "quality.gif: gif has no quality, expected avif, webp or jpeg"],
    [{ effort: { jpeg: 4 } }, "effort.jpeg: jpeg has no effort, expected avif, webp, png or gif"],
    [{ sourceBytes: "5MB" }, "sourceBytes: is no option here: it belongs in limits"],
    [{ cors: {} }, "cors: is no option here: it belongs at the top of the file"],
    [{ quality: { jpg: 90 } }, 'quality.jpg: unknown option (did you mean "jpeg"?)'],
    [{ effort: { webp: 7 } }, `effort.webp: ${integer(0, 6)} 7`],
    [{ maxBytes: "750KB" }, `maxBytes: ${size} "750KB" (did you mean "750kB"?)`],
    [{ maxBytes: "750 kB" }, `maxBytes: ${size} "750 kB" (did you mean "750kB"?)`],
    [{ maxBytes: "781kB" }, `maxBytes: ${size} "781kB"`],
    [{ maxBytes: 780_001 }, `maxBytes: ${size} 780001`],
    [{ cache: "1w" }, `cache: ${seconds}, received "1w"`],
    [{ cache: "30D" }, `cache: ${seconds}, received "30D" (did you mean "30d"?)`],
    [{ cache: { maxage: "1d" } }, 'cache.maxage: unknown option (did you mean "maxAge"?)'],
    [
      { cache: { edge: "2y" } },
      'cache.edge: expected a duration from 0 to 1y such as 1h or 30d, received "2y"',
    ],
    [{ download: "yes" }, 'download: expected true or false, received "yes" (did you mean true?)'],
    [{ fit: "scale-down" }, `fit: ${fits} "scale-down" (did you mean "inside"?)`],
    [{ fit: "crop" }, `fit: ${fits} "crop" (did you mean "cover"?)`],
    [{ fit: "pad" }, `fit: ${fits} "pad" (did you mean "contain"?)`],
    [{ fit: "yes" }, `fit: ${fits} "yes"`],
    [
      { background: "whit" },
      'background: expected white, black, transparent or a quoted colour such as "#fff", "#ffffff" or "#ffffff80", received "whit" (did you mean "white"?)',
    ],
    [
      { sources: ["/photos"] },
      'sources[0]: expected the beginning of source keys such as "photos/", without a leading slash, received "/photos"',
    ],
    [{ heigth: 3 }, 'heigth: unknown option (did you mean "height"?)'],
    [{ aspect_ratio: 1 }, 'aspect_ratio: unknown option (did you mean "aspectRatio"?)'],
    [{ colour: 3 }, "colour: unknown option"],
  ])("refuses %j", (options, problem) => {
    expect(problemsOfPresets({ only: options })).toEqual([`presets.only.${problem}`]);
  });

  test("is suggested for another tool's word", () => {
    const [problem] = problemsOfPresets({ only: { position: "middle" } });
    expect(problem).toMatch(/^presets\.only\.position: .*, received "middle" \(did you mean "centre"\?\)$/);
  });

  test("is suggested for letters in the wrong order", () => {
    expect(problemsOfPresets({ card: {}, other: { extends: "crad" } })).toEqual([
      'presets.other.extends: there is no preset "crad" (did you mean "card"?)',
    ]);
  });
});

describe("the settings", () => {
  const requireExpiry = (received: string) =>
    `signing.requireExpiry: expected true or false, received ${received}`;

  test.each<[object, string]>([
    [{ signin: {} }, 'signin: unknown option (did you mean "signing"?)'],
    [{ signing: [] }, "signing: expected a mapping, received an empty list"],
    [{ signing: { expiry: 1 } }, "signing.expiry: unknown option, expected requireExpiry or maxLifetime"],
    [
      { limits: { renderTime: "30s" } },
      'limits.renderTime: expected a duration from 1s to 25s such as 20s, received "30s"',
    ],
    [
      { limits: { sourcePixels: "20mp" } },
      'limits.sourcePixels: expected a number of pixels from 1 to 268MP such as 20MP, received "20mp" (did you mean "20MP"?)',
    ],
    [
      { cors: { origins: "https://a.example" } },
      'cors.origins: expected "*" (quoted) or a list of origins, received "https://a.example"',
    ],
    [
      { cors: { origins: ["https://a.example/"] } },
      'cors.origins[0]: expected an origin such as "https://www.example.com", without a path, received "https://a.example/"',
    ],
    [{ defaults: { extends: "a" } }, "defaults.extends: is no option here: it belongs in a preset"],
    [{ defaults: { description: "a" } }, "defaults.description: is no option here: it belongs in a preset"],
    [{ width: 3 }, "width: is no option here: it belongs in a preset or in defaults"],
    [{ limits: { maxLifetime: "1d" } }, "limits.maxLifetime: is no option here: it belongs in signing"],
    [{ signing: { requireExpiry: "yes" } }, requireExpiry('"yes" (did you mean true?)')],
    [{ signing: { requireExpiry: "Off" } }, requireExpiry('"Off" (did you mean false?)')],
    [{ signing: { requireExpiry: "ture" } }, requireExpiry('"ture" (did you mean true?)')],
    [{ signing: { requireExpiry: 1 } }, requireExpiry("1")],
    [{ defaults: { width: 0 } }, "defaults.width: expected an integer from 1 to 8192, received 0"],
  ])("refuses %j", (blocks, problem) => {
    expect(problemsOfPresets({ only: {} }, blocks)).toEqual([problem]);
  });
});

describe("a preset's name", () => {
  const problem =
    "a preset's name begins with a letter from a to z, goes on with a to z, 0 to 9 or -, and has at most 32 characters";

  test.each(["Card", "1card", "card_small", "-card", "café", "__proto__", "a".repeat(33), "card small"])(
    "cannot be %s",
    (name) => {
      expect(problemsOf(`version: 1\npresets:\n  "${name}": {}\n`)).toEqual([`presets.${name}: ${problem}`]);
    },
  );

  test("is checked beside its options, and others can still extend it", () => {
    expect(problemsOfPresets({ Card: { width: 0 }, small: { extends: "card" } })).toEqual([
      `presets.Card: ${problem}`,
      "presets.Card.width: expected an integer from 1 to 8192, received 0",
      'presets.small.extends: there is no preset "card" (did you mean "Card"?)',
    ]);
  });
});

describe("extends", () => {
  test("refuses a preset that is not there, once", () => {
    expect(problemsOfPresets({ a: { extends: "b" }, b: { extends: "nowhere" } })).toEqual([
      'presets.b.extends: there is no preset "nowhere"',
    ]);
  });

  test("spells out a cycle, once", () => {
    expect(
      problemsOfPresets({
        outside: { extends: "b" },
        a: { extends: "b" },
        b: { extends: "c" },
        c: { extends: "a" },
        self: { extends: "self" },
      }),
    ).toEqual([
      "presets.a.extends: extends itself: a -> b -> c -> a",
      "presets.self.extends: extends itself: self -> self",
    ]);
  });

  test("takes no member of an object for a preset", () => {
    expect(problemsOfPresets({ a: { extends: "constructor" } })).toEqual([
      'presets.a.extends: there is no preset "constructor"',
    ]);
  });
});

test("answers any text with a table or with problems that have a place", () => {
  const word = fc.constantFrom(
    ..."version presets card width widths extends 1 - : [ ] { } # & * ? ! | > ' \" , ~ @ <<".split(" "),
    "\n",
    "\n  ",
    "\n    ",
    " ",
    "\t",
    ": ",
  );
  fc.assert(
    fc.property(fc.array(word, { maxLength: 40 }), (words) => {
      const text = words.join("");
      const lines = text.split("\n").length;
      // No text of these words is a valid file: "version: 1" and a preset take more luck than there is.
      for (const { line, column, message } of errorOf(text).problems) {
        expect(line).toBeGreaterThanOrEqual(1);
        expect(line).toBeLessThanOrEqual(lines);
        expect(column).toBeGreaterThanOrEqual(1);
        expect(message).not.toBe("");
      }
    }),
    { numRuns: 500, seed: 1 },
  );
});

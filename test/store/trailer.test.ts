import { createHash } from "node:crypto";
import fc from "fast-check";
import { expect, it } from "vitest";
import { formatTrailer, maxTrailerBytes, parseTrailer } from "../../src/store/trailer.ts";

const trailer = {
  key: "photos/cat.jpg/thumb.3f9a1c20b4d7.webp",
  contentType: "image/webp",
  bytes: 15_000,
  sha256: "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824",
  writtenAt: new Date("2026-11-23T10:00:00.123Z"),
  metadata: { source: "사진.jpg" },
};

const text = fc.string({ unit: "grapheme" });
const anyTrailer = fc.record({
  key: text,
  contentType: text,
  sha256: fc.stringMatching(/^[0-9a-f]{64}$/),
  writtenAt: fc.date({ noInvalidDate: true }),
  metadata: fc.dictionary(text, text, { noNullPrototype: true }),
});
const anyPicture = fc.uint8Array({ maxLength: 2_000 });

function parseFile(file: Buffer) {
  return parseTrailer(file, file.length);
}

/** The trailer that says these words, sealed as it should be. */
function sealed(json: string): Buffer {
  const line = `\n${json}\n`;
  const sha256 = createHash("sha256").update(line).digest("hex");
  const length = String(Buffer.byteLength(line)).padStart(8, "0");
  return Buffer.from(`${line}${sha256} ${length} imgseal1\n`);
}

it("reads back what it writes, from the whole file and from its end", () => {
  fc.assert(
    fc.property(anyTrailer, anyPicture, (rest, picture) => {
      const value = { ...rest, bytes: picture.length };
      const file = Buffer.concat([picture, formatTrailer(value)]);
      expect(parseFile(file)).toEqual(value);
      expect(parseTrailer(file.subarray(-maxTrailerBytes), file.length)).toEqual(value);
    }),
  );
});

it("reads nothing from a file that was cut, at whatever length", () => {
  fc.assert(
    fc.property(anyTrailer, anyPicture, (rest, picture) => {
      const file = Buffer.concat([picture, formatTrailer({ ...rest, bytes: picture.length })]);
      for (let length = 0; length < file.length; length += 1)
        expect(parseFile(file.subarray(0, length))).toBeUndefined();
    }),
    { numRuns: 10 },
  );
});

it("reads nothing from a trailer of which any bit is another", () => {
  const file = formatTrailer({ ...trailer, bytes: 0 });
  for (let bit = 0; bit < file.length * 8; bit += 1) {
    const altered = Buffer.from(file);
    altered[bit >> 3] = (altered[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    expect(parseFile(altered)).toBeUndefined();
  }
});

it("reads nothing from a file that is longer or shorter than its picture and its trailer", () => {
  const end = formatTrailer(trailer);
  expect(parseTrailer(end, trailer.bytes + end.length)).toEqual(trailer);
  expect(parseTrailer(end, trailer.bytes + end.length + 1)).toBeUndefined();
  expect(parseTrailer(end, trailer.bytes + end.length - 1)).toBeUndefined();
});

it.each(Object.keys(trailer))("refuses one whose %s is missing, null or of another type", (name) => {
  const whole = sealed(JSON.stringify(trailer));
  expect(parseTrailer(whole, trailer.bytes + whole.length)).toEqual(trailer);
  for (const value of [undefined, null, true, { a: 1 }, ["a"], -1.5]) {
    const end = sealed(JSON.stringify({ ...trailer, [name]: value }));
    expect(parseTrailer(end, trailer.bytes + end.length)).toBeUndefined();
  }
});

it.each(["", "{", "null", "[]", "1", '"text"', "{}"])("refuses %j, well sealed", (json) => {
  expect(parseFile(sealed(json))).toBeUndefined();
});

import fc from "fast-check";
import { expect, it } from "vitest";
import { formatSidecar, parseSidecar } from "../../src/store/sidecar.ts";

const sidecar = {
  key: "photos/cat.jpg/thumb.3f9a1c20b4d7.webp",
  contentType: "image/webp",
  bytes: 15_000,
  sha256: "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824",
  writtenAt: new Date("2026-11-23T10:00:00.123Z"),
  metadata: { source: "사진.jpg" },
};

it("reads back what it writes", () => {
  const text = fc.string({ unit: "grapheme" });
  const any = fc.record({
    key: text,
    contentType: text,
    bytes: fc.nat(),
    sha256: fc.stringMatching(/^[0-9a-f]{64}$/),
    writtenAt: fc.date({ noInvalidDate: true }),
    metadata: fc.dictionary(text, text, { noNullPrototype: true }),
  });
  fc.assert(
    fc.property(any, (value) => {
      expect(parseSidecar(formatSidecar(value))).toEqual(value);
    }),
  );
});

it("refuses every beginning of what it writes", () => {
  const text = formatSidecar(sidecar).trimEnd();
  for (let length = 0; length < text.length; length += 1) {
    expect(parseSidecar(text.slice(0, length))).toBeUndefined();
  }
});

it.each(Object.keys(sidecar))("refuses one whose %s is missing, null or of another type", (name) => {
  for (const value of [undefined, null, true, { a: 1 }, ["a"], -1.5]) {
    expect(parseSidecar(JSON.stringify({ ...sidecar, [name]: value }))).toBeUndefined();
  }
});

it.each(["null", "[]", "1", '"text"', "{}"])("refuses %s", (text) => {
  expect(parseSidecar(text)).toBeUndefined();
});

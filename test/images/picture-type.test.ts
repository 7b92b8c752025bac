import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { checkEncoded } from "../../src/images/encode.ts";
import { pictureTypes, sniff } from "../../src/images/picture-type.ts";
import { scene } from "../fixtures/pictures.ts";

describe("the type of a picture", () => {
  it.each(pictureTypes)("is told for %s from its content alone", async (type) => {
    const bytes = await scene().toFormat(type).toBuffer();
    expect(sniff(bytes)).toBe(type);
    // A view into a larger buffer, as stores hand them out.
    const held = new Uint8Array(bytes.length + 7);
    held.set(bytes, 7);
    expect(sniff(held.subarray(7))).toBe(type);
  });

  it.each([
    ["BigTIFF, little endian", "II+\0\x08\0\0\0", "tiff"],
    ["TIFF, big endian", "MM\0*\0\0\0\x08", "tiff"],
    ["GIF of 1987", "GIF87a", "gif"],
    ["AVIF behind a general brand", "\0\0\0\x1cftypmif1\0\0\0\0mif1miafavif", "avif"],
    ["AVIF sequence", "\0\0\0\x18ftypavis\0\0\0\0msf1avis", "avif"],
    ["HEIC", "\0\0\0\x18ftypheic\0\0\0\0mif1heic", undefined],
    ["a brand after the end of its box", "\0\0\0\x10ftypmif1\0\0\0\0avif", undefined],
    [
      "a box that claims to be endless",
      `\xff\xff\xff\xffftypmif1\0\0\0\0${"mif1".repeat(99)}avif`,
      undefined,
    ],
    ["the brand where the version belongs", "\0\0\0\x10ftypmif1avif", undefined],
    ["nothing", "", undefined],
  ] as const)("is told for %s", (_, head, type) => {
    expect(sniff(Buffer.from(head, "latin1"))).toBe(type);
  });
});

describe("what leaves", () => {
  it("is refused when it is empty, of another format or of another size", async () => {
    const { data, info } = await scene(40, 30).png().toBuffer({ resolveWithObject: true });
    const size = { width: 40, height: 30 };
    expect(() => checkEncoded({ data, info }, "png", size)).not.toThrow();
    const cases = [
      [Buffer.alloc(0), "png", size, "expected png of 40x30, received 0 bytes of no known type, 40x30"],
      [data, "webp", size, `expected webp of 40x30, received ${data.length} bytes of png, 40x30`],
      [
        data,
        "png",
        { width: 40, height: 31 },
        `expected png of 40x31, received ${data.length} bytes of png, 40x30`,
      ],
    ] as const;
    for (const [body, format, expected, message] of cases) {
      expect(() => checkEncoded({ data: body, info }, format, expected)).toThrow(
        expect.objectContaining({ code: "RENDER_FAILED", message }),
      );
    }
    expect(await sharp(data).metadata()).toMatchObject(size);
  });
});

import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { readCopyright } from "../../src/images/exif.ts";
import { render } from "../../src/images/render.ts";
import type { ImageFormat, Preset } from "../../src/presets/table.ts";
import { noise, scene } from "../fixtures/pictures.ts";
import { limits, preset } from "./presets.ts";

const carriers: readonly ImageFormat[] = ["jpeg", "webp", "png", "avif"];

const xmp =
  '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">' +
  '<rdf:Description xmlns:tiff="http://ns.adobe.com/tiff/1.0/" tiff:Orientation="6">' +
  "<tiff:Orientation>8</tiff:Orientation><tiff:Make>Secretcam</tiff:Make></rdf:Description></rdf:RDF></x:xmpmeta>";

/** A photograph with everything in it that a photographer may not know of. */
async function gossipy(image = scene(), copyright = "A. N. Other (all rights)"): Promise<Buffer> {
  return image
    .withExif({
      IFD0: { Copyright: `${copyright} (ASCII)`, Artist: "Jo Doe", Make: "Secretcam" },
      IFD2: { BodySerialNumber: "SERIAL-4711", ColorSpace: "65535" },
      IFD3: { GPSLatitudeRef: "N", GPSLatitude: "51/1 30/1 0/1" },
    })
    .withXmp(xmp)
    .withIccProfile("p3")
    .withMetadata({ orientation: 6 })
    .jpeg()
    .toBuffer();
}

/** The thumbnail of an EXIF block: cameras keep the uncropped picture there. */
function withThumbnail(jpeg: Buffer, thumbnail: Buffer): Buffer {
  const tiff = Buffer.alloc(8 + 2 + 12 + 4 + 2 + 24 + 4);
  tiff.write("II*\0", 0, "latin1");
  tiff.writeUInt32LE(8, 4);
  // Directory 0: Artist, in the entry itself; then directory 1: where the thumbnail lies, and its length.
  tiff.writeUInt16LE(1, 8);
  writeEntry(tiff, 10, 315, 2, 3, Buffer.from("Jo\0\0"));
  tiff.writeUInt32LE(26, 22);
  tiff.writeUInt16LE(2, 26);
  writeEntry(tiff, 28, 513, 4, 1, tiff.length);
  writeEntry(tiff, 40, 514, 4, 1, thumbnail.length);
  const exif = Buffer.concat([Buffer.from("Exif\0\0"), tiff, thumbnail]);
  const segment = Buffer.from([0xff, 0xe1, (exif.length + 2) >> 8, (exif.length + 2) & 255]);
  return Buffer.concat([jpeg.subarray(0, 2), segment, exif, jpeg.subarray(2)]);
}

function writeEntry(
  tiff: Buffer,
  at: number,
  tag: number,
  type: number,
  count: number,
  value: number | Buffer,
): void {
  tiff.writeUInt16LE(tag, at);
  tiff.writeUInt16LE(type, at + 2);
  tiff.writeUInt32LE(count, at + 4);
  if (typeof value === "number") tiff.writeUInt32LE(value, at + 8);
  else value.copy(tiff, at + 8);
}

/** IPTC's old place: a resource of Photoshop's in a segment of JPEG (IIM 4.2; By-line is dataset 2:80). */
function withIptc(jpeg: Buffer, byLine: string): Buffer {
  const dataset = Buffer.concat([
    Buffer.from([0x1c, 2, 80, 0, byLine.length]),
    Buffer.from(byLine, "latin1"),
  ]);
  const padding = Buffer.alloc(dataset.length % 2);
  const resource = Buffer.from("Photoshop 3.0\0" + "8BIM\x04\x04\0\0\0\0\0", "latin1");
  const segment = Buffer.concat([resource, Buffer.from([dataset.length]), dataset, padding]);
  const marker = Buffer.from([0xff, 0xed, (segment.length + 2) >> 8, (segment.length + 2) & 255]);
  return Buffer.concat([jpeg.subarray(0, 2), marker, segment, jpeg.subarray(2)]);
}

async function rendered(source: Buffer, format: ImageFormat, changes: Partial<Preset>) {
  const rendition = await render(source, preset({ width: 80, ...changes }), { format }, limits);
  const metadata = await sharp(rendition.body).metadata();
  return { ...rendition, metadata, text: rendition.body.toString("latin1") };
}

describe("metadata: strip", () => {
  it.each([...carriers, "gif"] as const)("leaves nothing at all in %s", async (format) => {
    const { metadata, text } = await rendered(await gossipy(), format, { metadata: "strip" });
    expect(metadata).toMatchObject({ hasProfile: false });
    expect([metadata.exif, metadata.xmp, metadata.icc, metadata.iptc, metadata.orientation]).toEqual(
      Array(5).fill(undefined),
    );
    expect(text).not.toMatch(/Secretcam|SERIAL|Jo Doe|rights/);
  });

  it("leaves nothing after a second encode either", async () => {
    const source = await gossipy(noise(160, 120));
    const { metadata, encodes, text } = await rendered(source, "jpeg", {
      metadata: "strip",
      maxBytes: 4_000,
    });
    expect(encodes).toBeGreaterThan(1);
    expect([metadata.exif, metadata.xmp, metadata.icc, metadata.orientation]).toEqual(
      Array(4).fill(undefined),
    );
    expect(text).not.toMatch(/Secretcam|SERIAL|Jo Doe/);
  });
});

describe("metadata: copyright", () => {
  it.each(carriers)("keeps who made it and nothing else in %s", async (format) => {
    const { metadata, text } = await rendered(await gossipy(), format, { metadata: "copyright" });
    expect(readCopyright(metadata.exif ?? Buffer.alloc(0))).toEqual({
      Copyright: "A. N. Other (all rights)",
      Artist: "Jo Doe",
    });
    expect([metadata.xmp, metadata.icc]).toEqual([undefined, undefined]);
    // libvips always writes one, and to a viewer 1 is the same as none.
    expect(metadata.orientation ?? 1).toBe(1);
    expect(text).not.toMatch(/Secretcam|SERIAL/);
    // The GPS directory is tag 34853, 0x8825.
    expect(metadata.exif?.includes(Buffer.from([0x25, 0x88]))).toBe(false);
  });

  it("keeps it after a second encode", async () => {
    const source = await gossipy(noise(160, 120));
    const { metadata, encodes } = await rendered(source, "jpeg", { metadata: "copyright", maxBytes: 4_000 });
    expect(encodes).toBeGreaterThan(1);
    expect(readCopyright(metadata.exif ?? Buffer.alloc(0)).Artist).toBe("Jo Doe");
  });

  it("drops the thumbnail, which shows what was cropped", async () => {
    const thumbnail = await noise(40, 40).jpeg().toBuffer();
    const source = withThumbnail(await scene().jpeg().toBuffer(), thumbnail);
    expect((await sharp(source).metadata()).exif?.includes(thumbnail)).toBe(true);
    const { body, metadata } = await rendered(source, "jpeg", { metadata: "copyright" });
    expect(readCopyright(metadata.exif ?? Buffer.alloc(0))).toEqual({ Artist: "Jo" });
    // Its data, not its tables: those are alike in all JPEGs of one quality.
    expect(body.includes(thumbnail.subarray(-60))).toBe(false);
    expect(body.length).toBeLessThan(thumbnail.length + 2_000);
  });

  it("writes nothing where the source says nothing, on the first encode and on the next", async () => {
    for (const maxBytes of [100_000, 4_000]) {
      const source = await noise(160, 120).jpeg().toBuffer();
      const { metadata } = await rendered(source, "jpeg", { metadata: "copyright", maxBytes });
      expect([metadata.exif, metadata.orientation]).toEqual([undefined, undefined]);
    }
  });

  it("reads a TIFF's own tags", () => {
    const tiff = Buffer.alloc(40);
    tiff.write("MM\0*", 0, "latin1");
    tiff.writeUInt32BE(8, 4);
    tiff.writeUInt16BE(1, 8);
    tiff.writeUInt16BE(33_432, 10);
    tiff.writeUInt16BE(2, 12);
    tiff.writeUInt32BE(9, 14);
    tiff.writeUInt32BE(30, 18);
    tiff.write("J\xf6 \0 Ed \0", 30, "latin1");
    expect(readCopyright(tiff)).toEqual({ Copyright: "J\xf6; Ed" });
  });

  it("survives any bytes for EXIF", async () => {
    const { exif = Buffer.alloc(0) } = await sharp(await gossipy()).metadata();
    for (let at = 0; at < exif.length; at++) {
      for (const value of [0, 0x7f, 0xff]) {
        const damaged = Buffer.from(exif);
        damaged[at] = value;
        expect(typeof readCopyright(damaged)).toBe("object");
      }
      expect(typeof readCopyright(exif.subarray(0, at))).toBe("object");
    }
  });
});

describe("metadata: keep", () => {
  it.each(carriers)("keeps EXIF and XMP, but for the orientation and the profile, in %s", async (format) => {
    const { metadata, text, width, height } = await rendered(await gossipy(), format, { metadata: "keep" });
    expect(text).toMatch(/SERIAL-4711/);
    expect(readCopyright(metadata.exif ?? Buffer.alloc(0)).Artist).toBe("Jo Doe");
    expect(metadata.exif?.includes(Buffer.from([0x25, 0x88]))).toBe(true);
    // The scene lay on its side: it stands upright now, and no tag turns it once more.
    expect({ width, height }).toEqual({ width: 80, height: 107 });
    expect(metadata.orientation ?? 1).toBe(1);
    expect(metadata.xmpAsString).toMatch(/tiff:Orientation="1".*<tiff:Orientation>1<.*Secretcam/);
    expect(metadata.icc).toBeUndefined();
    // ColorSpace (0xa001), a short: 1 is sRGB.
    const colourSpace = metadata.exif?.indexOf(Buffer.from("01a0030001000000", "hex")) ?? -1;
    expect(metadata.exif?.readUInt16LE(colourSpace + 8)).toBe(1);
  });

  it("keeps them after a second encode", async () => {
    const source = await gossipy(noise(160, 120));
    const { metadata, text, encodes } = await rendered(source, "webp", { metadata: "keep", maxBytes: 5_000 });
    expect(encodes).toBeGreaterThan(1);
    expect(text).toMatch(/SERIAL-4711/);
    expect(metadata.xmpAsString).toMatch(/tiff:Orientation="1"/);
  });

  it("keeps XMP where there is no EXIF", async () => {
    const source = await scene().withXmp(xmp).jpeg().toBuffer();
    const { metadata } = await rendered(source, "jpeg", { metadata: "keep" });
    expect(metadata.xmpAsString).toMatch(/Secretcam/);
  });
});

describe("IPTC", () => {
  it.each(["strip", "copyright", "keep"] as const)(
    "never stays, also with metadata: %s",
    async (metadata) => {
      const source = withIptc(await gossipy(), "Iptc Agency");
      expect((await sharp(source).metadata()).iptc?.toString("latin1")).toContain("Iptc Agency");
      for (const format of carriers) {
        const { metadata: kept, text } = await rendered(source, format, { metadata });
        expect(kept.iptc).toBeUndefined();
        expect(text).not.toContain("Iptc Agency");
      }
    },
  );
});

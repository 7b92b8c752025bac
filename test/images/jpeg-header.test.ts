import fc from "fast-check";
import sharp from "sharp";
import { beforeAll, describe, expect, it } from "vitest";
import { type JpegHeader, readJpegHeader } from "../../src/images/jpeg-header.ts";
import { render } from "../../src/images/render.ts";
import { cmyk, displayP3, greyscale, orientations, scene } from "../fixtures/pictures.ts";
import { limits, preset } from "./presets.ts";

const xmp = '<x:xmpmeta xmlns:x="adobe:ns:meta/">Zoë</x:xmpmeta>';

const lying = (orientation: number, image = scene(31, 17)) =>
  image
    .withExif({ IFD0: { Copyright: "A. N. Other (ASCII)" }, IFD2: { ColorSpace: "1" } })
    .withMetadata({ orientation })
    .jpeg()
    .toBuffer();

const pictures: Readonly<Record<string, () => Promise<Buffer>>> = {
  "without metadata": () => scene(31, 17).jpeg().toBuffer(),
  progressive: () => scene(31, 17).jpeg({ progressive: true, mozjpeg: true }).toBuffer(),
  "with XMP": () => scene(31, 17).withXmp(xmp).jpeg().toBuffer(),
  "with a colour profile": () => displayP3(scene(31, 17), "jpeg"),
  "in four colours": () => cmyk(scene(31, 17)),
  "in grey": async () =>
    sharp(await greyscale(scene(31, 17)))
      .jpeg()
      .toBuffer(),
  ...Object.fromEntries(orientations.map((each) => [`that lies as ${each}`, () => lying(each)])),
};

/** What libvips says, in the same words; `undefined` when it refuses. */
async function askLibvips(jpeg: Buffer): Promise<JpegHeader | undefined> {
  const metadata = await sharp(jpeg, { failOn: "warning" })
    .metadata()
    .catch(() => undefined);
  if (metadata === undefined) return undefined;
  const { autoOrient, exif, xmpAsString } = metadata;
  return {
    ...autoOrient,
    ...(exif !== undefined && { exif }),
    ...(xmpAsString !== undefined && { xmp: xmpAsString }),
  };
}

const sourceOf = new Map<string, Buffer>();

beforeAll(async () => {
  for (const [name, make] of Object.entries(pictures)) sourceOf.set(name, await make());
});

const pictureOf = (name: string) => Buffer.from(sourceOf.get(name) ?? "");

describe("the header of a JPEG", () => {
  it.each(Object.keys(pictures))("%s is what libvips says", async (name) => {
    const header = readJpegHeader(pictureOf(name));
    expect(header).toBeDefined();
    expect(header).toEqual(await askLibvips(pictureOf(name)));
  });

  it("is never read otherwise than libvips reads it, whatever bytes of it are changed", async () => {
    let read = 0;
    let agreed = 0;
    const change = fc.record({
      at: fc.nat(700),
      byte: fc.oneof(fc.nat(255), fc.constantFrom(0, 1, 2, 6, 0xe1, 0xff)),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...sourceOf.keys()),
        fc.array(change, { minLength: 1, maxLength: 4 }),
        async (name, changes) => {
          const jpeg = pictureOf(name);
          const header = jpeg.indexOf("\xff\xda", 0, "latin1");
          for (const { at, byte } of changes) jpeg[2 + (at % header)] = byte;
          const ours = readJpegHeader(jpeg);
          if (ours === undefined) return;
          read += 1;
          const theirs = await askLibvips(jpeg);
          // What libvips refuses is refused when it is rendered.
          if (theirs === undefined) return;
          agreed += 1;
          expect(ours).toEqual(theirs);
        },
      ),
      { numRuns: 2_000 },
    );
    expect(read).toBeGreaterThan(1_000);
    expect(agreed).toBeGreaterThan(700);
  });
});

describe("a JPEG that leaves a doubt", () => {
  const app1 = (payload: string) => {
    const bytes = Buffer.from(payload, "latin1");
    return Buffer.concat([Buffer.from([0xff, 0xe1, 0, bytes.length + 2]), bytes]);
  };
  const inFront = (jpeg: Buffer, segment: Buffer) =>
    Buffer.concat([jpeg.subarray(0, 2), segment, jpeg.subarray(2)]);
  const tiff = (...entries: readonly string[]) =>
    `Exif\0\0II*\0\x08\0\0\0${String.fromCharCode(entries.length)}\0${entries.join("")}\0\0\0\0`;
  const orientation = (type: number, count: number, value: number) =>
    `\x12\x01${String.fromCharCode(type)}\0${String.fromCharCode(count)}\0\0\0${String.fromCharCode(value)}\0\0\0`;
  const plain = () => pictureOf("without metadata");
  const frame = (jpeg: Buffer) => jpeg.indexOf("\xff\xc0", 0, "latin1");
  const withByte = (at: number, byte: number) => {
    const jpeg = plain();
    jpeg[frame(jpeg) + at] = byte;
    return jpeg;
  };

  it("would be read with these segments, were they plain", () => {
    const upright = inFront(plain(), app1(tiff(orientation(3, 1, 6))));
    expect(readJpegHeader(upright)).toMatchObject({ width: 17, height: 31 });
    expect(readJpegHeader(inFront(plain(), app1(tiff())))).toMatchObject({ width: 31, height: 17 });
  });

  it.each([
    ["two EXIF blocks", () => inFront(pictureOf("that lies as 6"), app1(tiff(orientation(3, 1, 3))))],
    ["two XMP packets", () => inFront(pictureOf("with XMP"), app1(`http://ns.adobe.com/xap/1.0/\0${xmp}`))],
    ["XMP that goes on elsewhere", () => inFront(plain(), app1("http://ns.adobe.com/xmp/extension/\0"))],
    ["XMP that is not UTF-8", () => inFront(plain(), app1("http://ns.adobe.com/xap/1.0/\0\xe9"))],
    ["an empty XMP packet", () => inFront(plain(), app1("http://ns.adobe.com/xap/1.0/\0"))],
    ["XMP of one byte", () => inFront(plain(), app1("http://ns.adobe.com/xap/1.0/\0a"))],
    ["an APP1 of somebody else", () => inFront(plain(), app1("Mine"))],
    ["EXIF in no byte order", () => inFront(plain(), app1("Exif\0\0XX*\0\x08\0\0\0\0\0\0\0\0\0"))],
    ["a directory beyond its block", () => inFront(plain(), app1("Exif\0\0II*\0\xff\0\0\0\0\0"))],
    ["fewer entries than it counts", () => inFront(plain(), app1("Exif\0\0II*\0\x08\0\0\0\x09\0"))],
    ["an orientation of 9", () => inFront(plain(), app1(tiff(orientation(3, 1, 9))))],
    ["an orientation of 0", () => inFront(plain(), app1(tiff(orientation(3, 1, 0))))],
    ["an orientation that is LONG", () => inFront(plain(), app1(tiff(orientation(4, 1, 6))))],
    ["two values of orientation", () => inFront(plain(), app1(tiff(orientation(3, 2, 6))))],
    ["two orientations", () => inFront(plain(), app1(tiff(orientation(3, 1, 6), orientation(3, 1, 1))))],
    ["12 bits a channel", () => withByte(4, 12)],
    ["a height that comes later", () => plain().fill(0, frame(plain()) + 5, frame(plain()) + 7)],
    ["no width", () => plain().fill(0, frame(plain()) + 7, frame(plain()) + 9)],
    ["arithmetic coding", () => withByte(1, 0xc9)],
    ["a segment shorter than its own length", () => inFront(plain(), Buffer.from([0xff, 0xe2, 0, 1]))],
    ["a segment that goes beyond the end", () => inFront(plain(), Buffer.from([0xff, 0xe2, 255, 255]))],
    ["no marker where one has to be", () => inFront(plain(), Buffer.from([0, 0xe2, 0, 2]))],
    ["its scan before its frame", () => inFront(plain(), Buffer.from([0xff, 0xda, 0, 2]))],
    ["an end in its header", () => plain().subarray(0, frame(plain()))],
    ["nothing but a beginning", () => Buffer.from([0xff, 0xd8, 0xff])],
  ])("by %s is left to libvips", (_case, make) => {
    expect(readJpegHeader(make())).toBeUndefined();
  });
});

it("renders a JPEG with an empty XMP packet whose metadata is kept", async () => {
  const packet = Buffer.from("\xff\xe1\0\x1fhttp://ns.adobe.com/xap/1.0/\0", "latin1");
  const jpeg = Buffer.concat([
    pictureOf("that lies as 6").subarray(0, 2),
    packet,
    pictureOf("that lies as 6").subarray(2),
  ]);
  const rendition = await render(jpeg, preset({ metadata: "keep" }), { format: "webp" }, limits);
  const { exif, xmp: kept } = await sharp(rendition.body).metadata();
  expect([exif === undefined, kept]).toEqual([false, undefined]);
});

it("refuses a JPEG whose header is plain and whose tables are broken", async () => {
  const jpeg = pictureOf("without metadata");
  // How many codes of one bit there are: at most two.
  jpeg[jpeg.indexOf("\xff\xc4", 0, "latin1") + 5] = 200;
  expect(readJpegHeader(jpeg)).toBeDefined();
  await expect(render(jpeg, preset(), { format: "webp" }, limits)).rejects.toMatchObject({
    code: "SOURCE_UNREADABLE",
    message: "the source cannot be decoded to its end",
  });
});

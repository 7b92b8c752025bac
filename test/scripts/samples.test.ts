import { mkdtempSync, rmSync } from "node:fs";
import { readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeSamples } from "../../scripts/samples.ts";
import { perceptualDistance } from "../fixtures/perceptual-distance.ts";

const parent = mkdtempSync(join(tmpdir(), "imgseal-"));
const directory = join(parent, "kept", "samples");
let written: readonly string[] = [];

beforeAll(async () => {
  written = await writeSamples(directory);
});

afterAll(() => rmSync(parent, { recursive: true }));

const read = (key: string) => readFile(join(directory, key));

describe("the sample pictures", () => {
  it("are photographs, a large one, a transparent one and all eight orientations, and nothing is left beside them", async () => {
    expect([...written].sort()).toEqual([
      "drawings/seal.png",
      ...[1, 2, 3, 4, 5, 6, 7, 8].map((tag) => `orientation/${tag}.jpg`),
      "photos/24-megapixels.jpg",
      "photos/airplane-from-above.jpg",
      "photos/allium.jpg",
      "photos/black-canyon.jpg",
      "photos/dust-bowl-home.jpg",
      "photos/french-alpine-landscape.jpg",
      "photos/house-cat.jpg",
      "photos/nagasaki-boats.jpg",
    ]);
    const files = (await readdir(parent, { recursive: true, withFileTypes: true })).filter((entry) =>
      entry.isFile(),
    );
    expect(files).toHaveLength(written.length);
    expect(await readdir(join(parent, "kept"))).toEqual(["samples"]);
  });

  it("are not written again, and only what is missing is, the same as before", async () => {
    expect(await writeSamples(directory)).toEqual([]);
    const before = await read("orientation/5.jpg");
    const { mtimeMs } = await stat(join(directory, "photos/24-megapixels.jpg"));
    await rm(join(directory, "orientation/5.jpg"));
    expect(await writeSamples(directory)).toEqual(["orientation/5.jpg"]);
    expect((await read("orientation/5.jpg")).equals(before)).toBe(true);
    expect((await stat(join(directory, "photos/24-megapixels.jpg"))).mtimeMs).toBe(mtimeMs);
  });

  it("leave nothing behind when they cannot be written", async () => {
    await writeFile(join(parent, "blocked"), "a file where the directory of samples should be");
    await expect(writeSamples(join(parent, "blocked", "samples"))).rejects.toThrow(/ENOTDIR|EEXIST/);
    expect((await readdir(parent)).sort()).toEqual(["blocked", "kept"]);
  });

  it("show the same upright picture in every orientation", async () => {
    const upright = await sharp(await read("orientation/1.jpg")).toBuffer();
    for (const tag of [1, 2, 3, 4, 5, 6, 7, 8]) {
      const stored = await read(`orientation/${tag}.jpg`);
      const metadata = await sharp(stored).metadata();
      expect(metadata).toMatchObject({ orientation: tag, autoOrient: { width: 900, height: 600 } });
      expect(await perceptualDistance(await sharp(stored).autoOrient().toBuffer(), upright)).toBeLessThan(1);
      if (tag > 1)
        expect(await perceptualDistance(await sharp(stored).rotate(0).toBuffer(), upright)).toBeGreaterThan(
          20,
        );
    }
  });

  it("have 24 megapixels in a few megabytes", async () => {
    const large = await read("photos/24-megapixels.jpg");
    expect(await sharp(large).metadata()).toMatchObject({ width: 6_000, height: 4_000, format: "jpeg" });
    expect(large.length).toBeGreaterThan(2_000_000);
    expect(large.length).toBeLessThan(8_000_000);
  });

  it("have opaque, clear and partly transparent pixels in the drawing", async () => {
    const alpha = await sharp(await read("drawings/seal.png"))
      .extractChannel("alpha")
      .raw()
      .toBuffer();
    const share = (test: (value: number) => boolean) => alpha.filter(test).length / alpha.length;
    expect(share((value) => value === 255)).toBeGreaterThan(0.3);
    expect(share((value) => value === 0)).toBeGreaterThan(0.1);
    expect(share((value) => value > 0 && value < 255)).toBeGreaterThan(0.05);
  });
});

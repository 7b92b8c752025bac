/** The journey of a picture, told once: in this process, through the zips, and through the zips under Lambda's own client. */

import { mkdir, readdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Journey } from "../fixtures/journey.ts";
import { signedTarget } from "../fixtures/service.ts";

/** @param way how its pictures travel, for the test's name */
export function describeJourney(way: string, start: () => Promise<Journey>): void {
  describe(`the journey of a picture ${way}`, () => {
    let journey: Journey;

    beforeAll(async () => {
      journey = await start();
    });

    afterAll(() => journey.end());

    async function addSource(key: string, bytes: Buffer): Promise<void> {
      const file = join(journey.sourceFolder, key);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, bytes);
    }

    async function storedFiles(): Promise<string[]> {
      return (await readdir(journey.derivativeFolder, { recursive: true, withFileTypes: true }))
        .filter((entry) => entry.isFile())
        .map(({ name }) => name);
    }

    it("makes of an 800x800 PNG a thumb of 200x150 as WebP of quality 90", async () => {
      const png = await sharp({ create: { width: 800, height: 800, channels: 4, background: "#36c" } })
        .png()
        .toBuffer();
      await addSource("dev/thumbnail.png", png);
      const answer = await journey.service.get(
        signedTarget({ preset: "thumb", source: "dev/thumbnail.png" }),
      );
      expect(answer.status).toBe(200);
      expect(answer.headers.get("content-type")).toBe("image/webp");
      expect(await sharp(Buffer.from(await answer.arrayBuffer())).metadata()).toMatchObject({
        format: "webp",
        width: 200,
        height: 150,
      });
      await expect
        .poll(() => journey.service.logged.at(-1))
        .toMatchObject({
          canonicalPath: `/dev/thumbnail.png/thumb.${journey.table.presets.thumb?.revision}.webp`,
          outcome: "rendered",
          quality: 90,
        });
    });

    it("stores what it rendered once, under the hash of its source", async () => {
      const names = await storedFiles();
      expect(names.filter((name) => name.endsWith(".webp"))).toEqual([
        `thumb.${journey.table.presets.thumb?.revision}.webp`,
      ]);
    });

    it.each([
      ["a truncated JPEG", async () => (await jpeg()).subarray(0, 2_000)],
      [
        "a JPEG with a corrupt header",
        async () => Buffer.concat([Buffer.from([0xff, 0xd8, 0xff]), Buffer.alloc(1_000, 7)]),
      ],
      ["no picture at all", async () => Buffer.from("hello")],
      ["an empty file", async () => Buffer.alloc(0)],
    ])("refuses %s with 415 and stores nothing", async (name, make) => {
      const source = `broken/${name}.jpg`;
      await addSource(source, await make());
      const before = await storedFiles();
      const target = signedTarget({ preset: "thumb", source });
      for (const _again of [1, 2]) {
        const answer = await journey.service.get(target);
        expect(answer.status).toBe(415);
        expect(answer.headers.get("cache-control")).toBe("public, max-age=300");
      }
      expect(await storedFiles()).toEqual(before);
    });

    it("takes source keys that other services trip over", async () => {
      const picture = await jpeg();
      for (const source of [
        "a b/c+d/100%/x&y=z?.jpg",
        'it\'s (1), "two": a@b;c!$*.jpg',
        "사진/고양이.jpg",
        "cafe\u0301.jpg",
        "a%2Fb.jpg",
      ]) {
        await addSource(source, picture);
        const answer = await journey.service.get(signedTarget({ preset: "thumb", source }));
        expect(answer.status, source).toBe(200);
      }
    });

    it("serves a public preset without a signature and no other one", async () => {
      await addSource("open.jpg", await jpeg());
      expect((await journey.service.get("/og/open.jpg")).status).toBe(200);
      expect((await journey.service.get("/thumb/open.jpg")).status).toBe(403);
    });
  });
}

async function jpeg(): Promise<Buffer> {
  return sharp({
    create: {
      width: 640,
      height: 480,
      channels: 3,
      background: "#000",
      noise: { type: "gaussian", mean: 128, sigma: 40 },
    },
  })
    .jpeg()
    .toBuffer();
}

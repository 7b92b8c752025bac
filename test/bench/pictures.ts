/** The pictures that are rendered. */

import { copyFile, link, mkdir, stat } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import { writeSamples } from "../../scripts/samples.ts";

/** The project's own sample pictures, written into the folder. */
export async function samplesIn(folder: string): Promise<string> {
  await writeSamples(folder);
  return folder;
}

/** As large as the picture of sharp's own benchmark. */
const photoSize = { width: 2725, height: 2225 };

/**
 * IMGSEAL_BENCH_PHOTO, or a sample photograph brought to the size of sharp's published benchmark.
 *
 * @returns the path, and what the picture is
 */
export async function photoIn(folder: string, samples: string): Promise<{ path: string; about: string }> {
  const path = join(folder, "photo.jpg");
  const given = process.env.IMGSEAL_BENCH_PHOTO;
  if (given === undefined) {
    // From 24 megapixels down, so that there is real detail in it.
    await sharp(join(samples, "photos/24-megapixels.jpg"))
      .resize(photoSize)
      .jpeg({ quality: 80 })
      .toFile(path);
  } else await copyFile(given, path);
  const { width, height, format } = await sharp(path).metadata();
  const kilobytes = Math.round((await stat(path)).size / 1000);
  const origin = given === undefined ? "made from a sample photograph" : "given by IMGSEAL_BENCH_PHOTO";
  return { path, about: `${format} of ${width}x${height}, ${kilobytes} kB, ${origin}` };
}

/** One picture under many names, so that each can be asked for once. */
export async function manyNames(photo: string, folder: string, count: number): Promise<string[]> {
  await mkdir(folder, { recursive: true });
  const names = Array.from({ length: count }, (_, index) => `${index}.jpg`);
  for (const name of names) await link(photo, join(folder, name));
  return names;
}

/** One derivative's file: the picture, byte for byte, and its trailer. */

import { refuseLarger } from "./failure.ts";
import { readUpTo, withFile } from "./read-file.ts";
import { sha256Hex } from "./sha256.ts";
import type { StoredObject } from "./store.ts";
import { infoOf, maxTrailerBytes, parseTrailer, type Trailer } from "./trailer.ts";

/** Torn, altered, of another key, or never one of ours. */
export class Damaged extends Error {}

/**
 * The derivative, held against its trailer; `undefined` when there is no such file.
 *
 * @throws Damaged
 * @throws ImgsealError SOURCE_TOO_LARGE
 */
export async function readDerivative(
  path: string,
  key: string,
  maxBytes: number | undefined,
): Promise<StoredObject | undefined> {
  return withFile(path, async (fd, fileBytes) => {
    // A file within the limit holds a picture within it; of a longer one, only the trailer says.
    if (maxBytes !== undefined && fileBytes > maxBytes)
      refuseLarger(key, ofKey(await readEnd(fd, fileBytes), key).bytes, maxBytes);
    const file = await readUpTo(fd, fileBytes);
    const trailer = ofKey(parseTrailer(file, fileBytes), key);
    const body = file.subarray(0, trailer.bytes);
    if (sha256Hex(body) !== trailer.sha256) throw new Damaged("the checksum differs from the trailer's");
    return { ...infoOf(trailer), body };
  });
}

/**
 * What the trailer says, when its lengths are the file's; `undefined` when there is no such file.
 *
 * @throws Damaged
 */
export async function headDerivative(path: string, key: string): Promise<Trailer | undefined> {
  return withFile(path, async (fd, fileBytes) => ofKey(await readEnd(fd, fileBytes), key));
}

/** The trailer alone, of whatever key; `undefined` also when the file does not end in one. */
export async function readTrailer(path: string): Promise<Trailer | undefined> {
  return withFile(path, readEnd);
}

async function readEnd(fd: number, fileBytes: number): Promise<Trailer | undefined> {
  const bytes = Math.min(fileBytes, maxTrailerBytes);
  return parseTrailer(await readUpTo(fd, bytes, { from: fileBytes - bytes }), fileBytes);
}

function ofKey(trailer: Trailer | undefined, key: string): Trailer {
  if (trailer === undefined) throw new Damaged("it does not end in a trailer of its own");
  if (trailer.key !== key) throw new Damaged(`the trailer is of "${trailer.key}"`);
  return trailer;
}

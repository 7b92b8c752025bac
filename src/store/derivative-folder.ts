/** A folder as a store of derivatives: one file each, the picture and a trailer, whole or not there. */

import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { commit } from "./commit.ts";
import { Damaged, headDerivative, readDerivative } from "./derivative-file.ts";
import { removeFile, removeFilesOf, walk } from "./derivative-files.ts";
import { placeOf } from "./derivative-place.ts";
import { attempt, unavailable } from "./failure.ts";
import { sha256Hex } from "./sha256.ts";
import type { ReadOptions, Store, WriteOptions } from "./store.ts";
import { removeTemporary, sweepTemporaryFiles, temporaryPath, writeNew } from "./temporary-files.ts";
import { etagOf, formatTrailer, infoOf, maxTrailerBytes } from "./trailer.ts";

/** A derivative that was found torn or altered; it has been removed, to be rendered again. */
export interface Damage {
  readonly key: string;
  readonly reason: string;
}

/**
 * Opens a folder of derivatives, and creates it when it is not there.
 *
 * Several processes may share it. What is read was verified by length and SHA-256; what fails that is removed,
 * given to `onDamage`, and not there.
 *
 * @throws ImgsealError STORE_UNAVAILABLE when the folder cannot be created or read
 */
export async function openDerivativeFolder(
  root: string,
  { onDamage }: { readonly onDamage: (damage: Damage) => void },
): Promise<Store> {
  const temporaryFolder = join(root, ".tmp");
  await attempt(`open the derivatives "${root}"`, async () => {
    await mkdir(root, { recursive: true, mode: 0o755 });
    await sweepTemporaryFiles(temporaryFolder);
  });

  /** Looks at one derivative, and clears it away when it is damaged. */
  async function examine<T>(key: string, look: (path: string) => Promise<T>): Promise<T | undefined> {
    const place = placeOf(root, key);
    if (place === undefined) return undefined;
    try {
      return await look(place);
    } catch (cause) {
      if (!(cause instanceof Damaged)) throw cause;
      onDamage({ key, reason: cause.message + (await removeIfPossible(place)) });
      return undefined;
    }
  }

  async function read(key: string, { maxBytes, signal }: ReadOptions = {}) {
    return attempt(`read the derivative "${key}"`, async () => {
      signal?.throwIfAborted();
      return examine(key, (path) => readDerivative(path, key, maxBytes));
    });
  }

  async function head(key: string, options: { readonly signal?: AbortSignal } = {}) {
    return attempt(`look at the derivative "${key}"`, async () => {
      options.signal?.throwIfAborted();
      const trailer = await examine(key, (path) => headDerivative(path, key));
      return trailer && infoOf(trailer);
    });
  }

  async function writeIfAbsent(key: string, body: Uint8Array, options: WriteOptions) {
    const place = placeOf(root, key);
    if (place === undefined) {
      throw new TypeError(`Expected a key that ends in a derivative's name but received "${key}"`);
    }
    return attempt(`store the derivative "${key}"`, async () => {
      options.signal?.throwIfAborted();
      const { contentType, metadata = {} } = options;
      const sha256 = sha256Hex(body);
      const writtenAt = new Date();
      const trailer = formatTrailer({ key, contentType, bytes: body.length, sha256, writtenAt, metadata });
      if (trailer.length > maxTrailerBytes) throw new Error("the metadata is too long");
      const temporary = temporaryPath(temporaryFolder);
      try {
        await writeNew(temporary, [body, trailer]);
        options.signal?.throwIfAborted();
        return (await commit(temporary, place)) ? etagOf(sha256) : undefined;
      } finally {
        await removeTemporary(temporary);
      }
    });
  }

  async function removePrefix(prefix: string) {
    return attempt(`remove the derivatives under "${prefix}"`, async () => {
      let removed = 0;
      // Everything of one source, whatever state it is in: also what no trailer can name any more.
      if (prefix.length > 1 && prefix.endsWith("/"))
        removed += await removeFilesOf(root, prefix.slice(0, -1));
      for await (const { path } of walk(root, prefix)) if (await removeFile(path)) removed += 1;
      return removed;
    });
  }

  return {
    head,
    read,
    writeIfAbsent,
    async remove(key) {
      const place = placeOf(root, key);
      if (place === undefined) return;
      await attempt(`remove the derivative "${key}"`, () => removeFile(place));
    },
    removePrefix,
    async *list(prefix) {
      try {
        for await (const { key, bytes, lastModified } of walk(root, prefix))
          yield { key, bytes, lastModified };
      } catch (cause) {
        throw unavailable(`list the derivatives under "${prefix}"`, cause);
      }
    },
  };
}

/** A damaged derivative in a folder that became read-only is not there either; the reason then says why it stays. */
async function removeIfPossible(path: string): Promise<string> {
  try {
    // Should another process have replaced it meanwhile, what it wrote is rendered again too.
    await removeFile(path);
    return "";
  } catch (cause) {
    return `; it cannot be removed: ${unavailable("remove it", cause).message}`;
  }
}

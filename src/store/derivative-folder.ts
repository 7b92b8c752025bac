/** A folder as a store of derivatives: bodies as plain files, all else in a sidecar, whole or not there. */

import { statSync } from "node:fs";
import { mkdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { commit } from "./commit.ts";
import { maxSidecarBytes, removeFolder, removeFolderIfEmpty, removePair, walk } from "./derivative-files.ts";
import { type Place, placeOf, sourceFolder } from "./derivative-place.ts";
import { attempt, refuseLarger, unavailable, unlessAbsent } from "./failure.ts";
import { readFileUpTo } from "./read-file.ts";
import { sha256Hex } from "./sha256.ts";
import { etagOf, formatSidecar, infoOf, parseSidecar, type Sidecar } from "./sidecar.ts";
import type { ReadOptions, Store, WriteOptions } from "./store.ts";
import { removeTemporary, sweepTemporaryFiles, temporaryPath, writeNew } from "./temporary-files.ts";

/** A derivative that was found torn or altered; it has been removed, to be rendered again. */
export interface Damage {
  readonly key: string;
  readonly reason: string;
}

class Damaged extends Error {}

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
  async function examine<T>(key: string, look: (place: Place, sidecar: Sidecar) => Promise<T | undefined>) {
    const place = placeOf(root, key);
    if (place === undefined) return undefined;
    const lookOnce = async () => {
      const sidecar = await readSidecar(place, key);
      return sidecar && (await look(place, sidecar));
    };
    try {
      return await lookOnce();
    } catch (first) {
      if (!(first instanceof Damaged)) throw first;
    }
    // A removal and a new write between our two reads look like damage, once.
    try {
      return await lookOnce();
    } catch (second) {
      if (!(second instanceof Damaged)) throw second;
      onDamage({ key, reason: second.message + (await removeIfPossible(place)) });
      return undefined;
    }
  }

  async function read(key: string, { maxBytes, signal }: ReadOptions = {}) {
    return attempt(`read the derivative "${key}"`, async () => {
      signal?.throwIfAborted();
      return examine(key, async (place, sidecar) => {
        refuseLarger(key, sidecar.bytes, maxBytes);
        const body = await readFileUpTo(place.body, sidecar.bytes);
        if (body === undefined) return undefined;
        if (body.length !== sidecar.bytes) throw new Damaged("the length differs from the sidecar's");
        if (sha256Hex(body) !== sidecar.sha256) throw new Damaged("the checksum differs from the sidecar's");
        return { ...infoOf(sidecar), body };
      });
    });
  }

  async function head(key: string, options: { readonly signal?: AbortSignal } = {}) {
    return attempt(`look at the derivative "${key}"`, async () => {
      options.signal?.throwIfAborted();
      return examine(key, async (place, sidecar) => {
        const bytes = (await unlessAbsent(stat(place.body)))?.size;
        if (bytes === undefined) return undefined;
        if (bytes !== sidecar.bytes) throw new Damaged("the length differs from the sidecar's");
        return infoOf(sidecar);
      });
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
      const sidecar = formatSidecar({ key, contentType, bytes: body.length, sha256, writtenAt, metadata });
      if (Buffer.byteLength(sidecar) >= maxSidecarBytes) throw new Error("the metadata is too long");
      const temporary = temporaryPath(temporaryFolder);
      try {
        await writeNew(temporary, body);
        options.signal?.throwIfAborted();
        return (await commit({ body: temporary, sidecar }, place)) ? etagOf(sha256) : undefined;
      } finally {
        await removeTemporary(temporary);
      }
    });
  }

  async function removePrefix(prefix: string) {
    return attempt(`remove the derivatives under "${prefix}"`, async () => {
      let removed = 0;
      // Everything of one source, whatever state it is in: also what no sidecar can name any more.
      if (prefix.length > 1 && prefix.endsWith("/"))
        removed += await removeFolder(sourceFolder(root, prefix.slice(0, -1)));
      for await (const { place } of walk(root, prefix)) {
        if (await removePair(place)) removed += 1;
        await removeFolderIfEmpty(place.folder);
      }
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
      await attempt(`remove the derivative "${key}"`, async () => {
        await removePair(place);
        await removeFolderIfEmpty(place.folder);
      });
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

async function readSidecar(place: Place, key: string): Promise<Sidecar | undefined> {
  const text = await readFileUpTo(place.sidecar, maxSidecarBytes);
  const sidecar = text && parseSidecar(text.toString());
  if (sidecar === undefined) {
    // The folder has just been looked through: this waits for no disk.
    if (statSync(place.body, { throwIfNoEntry: false }) === undefined) return undefined;
    throw new Damaged(text === undefined ? "the sidecar is missing" : "the sidecar cannot be parsed");
  }
  if (sidecar.key !== key) throw new Damaged(`the sidecar is of "${sidecar.key}"`);
  return sidecar;
}

/** A damaged derivative in a folder that became read-only is not there either; the reason then says why it stays. */
async function removeIfPossible(place: Place): Promise<string> {
  try {
    await removePair(place);
    return "";
  } catch (cause) {
    return `; it cannot be removed: ${unavailable("remove it", cause).message}`;
  }
}

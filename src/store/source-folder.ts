/** A plain folder of pictures as a store of sources: the key is the relative path, with `/`. */

import { type BigIntStats, closeSync, constants, fstatSync, realpathSync, statSync } from "node:fs";
import { opendir } from "node:fs/promises";
import { sep } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { attempt, refuseLarger, unavailable, unlessAbsent, unlessAbsentSync } from "./failure.ts";
import { readUpTo } from "./read-file.ts";
import type { ListedObject, ObjectInfo, SourceStore } from "./store.ts";
import { open, realpath, stat } from "./system-calls.ts";

// A source that is being uploaded in place changes while it is read; wait for it, but not for ever.
const readTries = 4;
const readGapMs = 50;

// Replaced, cut or written to between two looks at it.
const changed = Symbol("changed");

/**
 * Opens an existing folder of sources, for reading only.
 *
 * A file is found only under its real spelling: a key that reaches it through case folding, Unicode
 * normalisation or a symbolic link is not there. Otherwise one picture would have many cache keys, and a link
 * could lead out of the folder.
 *
 * @throws ImgsealError STORE_UNAVAILABLE when there is no such folder
 */
export async function openSourceFolder(root: string): Promise<SourceStore> {
  const realRoot = await realFolder(root);

  /** Opens exactly root + key, a regular file, and gives it to `use`; once more when it changes meanwhile. */
  async function withFile<T>(
    key: string,
    signal: AbortSignal | undefined,
    use: Use<T>,
  ): Promise<T | undefined> {
    const path = realRoot + sep + key.split("/").join(sep);
    for (let tries = 1; tries <= readTries; tries += 1) {
      signal?.throwIfAborted();
      const result = await withFileOnce(path, use);
      if (result !== changed) return result;
      await delay(readGapMs, undefined, signal && { signal });
    }
    throw new Error("the file changes while it is read");
  }

  return {
    head(key, { signal } = {}) {
      return attempt(`look at the source "${key}"`, () =>
        withFile(key, signal, async (_, stats) => infoOf(stats)),
      );
    },
    read(key, { maxBytes, room, signal } = {}) {
      return attempt(`read the source "${key}"`, () =>
        withFile(key, signal, async (fd, stats) => {
          const info = infoOf(stats);
          refuseLarger(key, info.bytes, maxBytes);
          // One byte more than there should be, so that a file that grew is noticed.
          const body = await readUpTo(fd, info.bytes + 1, { room });
          const isSame = body.length === info.bytes && etagOf(fstatSync(fd, { bigint: true })) === info.etag;
          return isSame ? { ...info, body } : changed;
        }),
      );
    },
    list: (prefix) => listFiles(realRoot, "", prefix),
  };
}

type Use<T> = (fd: number, stats: BigIntStats) => Promise<T | typeof changed>;

/**
 * What is asked after `open` is in the kernel's memory, the path and the inode too, and is asked on the spot: each wait
 * for another thread costs more than all these calls together.
 */
async function withFileOnce<T>(path: string, use: Use<T>): Promise<T | typeof changed | undefined> {
  // O_NONBLOCK: opening a named pipe must not wait for a writer.
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const fd = await unlessAbsent(open(path, flags));
  if (fd === undefined) return undefined;
  try {
    const opened = fstatSync(fd, { bigint: true });
    if (!opened.isFile()) return undefined;
    if (unlessAbsentSync(() => realpathSync.native(path)) !== path) return undefined;
    // The descriptor came first: a link swapped in and out between the two calls leaves another inode here.
    const named = unlessAbsentSync(() => statSync(path, { bigint: true }));
    if (named?.ino !== opened.ino || named.dev !== opened.dev) return changed;
    return await use(fd, opened);
  } finally {
    closeSync(fd);
  }
}

function realFolder(root: string): Promise<string> {
  return attempt(`open the sources "${root}"`, async () => {
    const path = await realpath(root);
    if (!(await stat(path)).isDirectory()) throw new Error("it is not a folder");
    // "/" already ends in the separator that keys are joined with.
    return path.endsWith(sep) ? path.slice(0, -1) : path;
  });
}

function infoOf(stats: BigIntStats): ObjectInfo {
  return {
    bytes: Number(stats.size),
    // What a source is follows from its content; its name promises nothing.
    contentType: "application/octet-stream",
    etag: etagOf(stats),
    lastModified: stats.mtime,
    metadata: {},
  };
}

/** Changes when the file is replaced (inode), rewritten (mtime, ctime) or cut (size). */
function etagOf({ ino, size, mtimeNs, ctimeNs }: BigIntStats): string {
  return `"${[ino, size, mtimeNs, ctimeNs].map((part) => part.toString(36)).join("-")}"`;
}

async function* listFiles(root: string, folder: string, prefix: string): AsyncIterable<ListedObject> {
  try {
    const entries = await unlessAbsent(opendir(root + sep + folder));
    for await (const entry of entries ?? []) {
      const key = folder + entry.name;
      if (entry.isDirectory() && (prefix.startsWith(`${key}/`) || `${key}/`.startsWith(prefix))) {
        yield* listFiles(root, `${key}/`, prefix);
      } else if (entry.isFile() && key.startsWith(prefix)) {
        const stats = await unlessAbsent(stat(root + sep + key));
        if (stats !== undefined) yield { key, bytes: stats.size, lastModified: stats.mtime };
      }
    }
  } catch (cause) {
    throw unavailable(`list the sources "${root}"`, cause);
  }
}

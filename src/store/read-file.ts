/** Reading files whose length is known: one read(2) each. */

import { closeSync, fstatSync } from "node:fs";
import { unlessAbsent } from "./failure.ts";
import type { Room } from "./store.ts";
import { open, read } from "./system-calls.ts";

/**
 * Opens a file and gives it to `use` with its length; `undefined` when there is none.
 *
 * What is asked of an open file waits for no disk, and is asked on the spot.
 */
export async function withFile<T>(
  path: string,
  use: (fd: number, bytes: number) => Promise<T>,
): Promise<T | undefined> {
  const fd = await unlessAbsent(open(path, "r"));
  if (fd === undefined) return undefined;
  try {
    return await unlessAbsent(use(fd, fstatSync(fd).size));
  } finally {
    closeSync(fd);
  }
}

/**
 * What an open file holds from a position on, in the room given or in a new one.
 *
 * A regular file gives less than was asked only at its end; should a file system ever do otherwise, callers see that
 * the length is not what they know it to be.
 */
export async function readUpTo(
  fd: number,
  atMostBytes: number,
  { from = 0, room }: { readonly from?: number; readonly room?: Room | undefined } = {},
): Promise<Buffer> {
  const buffer = room?.(atMostBytes) ?? Buffer.allocUnsafeSlow(atMostBytes);
  const { bytesRead } = await read(fd, buffer, 0, atMostBytes, from);
  return buffer.subarray(0, bytesRead);
}

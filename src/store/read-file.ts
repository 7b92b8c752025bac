/** Reading files whose length is known or guessed: one read(2) each. */

import { closeSync } from "node:fs";
import { unlessAbsent } from "./failure.ts";
import type { Room } from "./store.ts";
import { open, read } from "./system-calls.ts";

/** The file, or its first `atMostBytes`; `undefined` when there is none. */
export async function readFileUpTo(path: string, atMostBytes: number): Promise<Buffer | undefined> {
  const fd = await unlessAbsent(open(path, "r"));
  if (fd === undefined) return undefined;
  try {
    return await unlessAbsent(readUpTo(fd, atMostBytes));
  } finally {
    closeSync(fd);
  }
}

/**
 * What an open file begins with, in the room given or in a new one.
 *
 * A regular file gives less than was asked only at its end; should a file system ever do otherwise, callers see that
 * the length is not what they know it to be.
 */
export async function readUpTo(fd: number, atMostBytes: number, room?: Room): Promise<Buffer> {
  const buffer = room?.(atMostBytes) ?? Buffer.allocUnsafeSlow(atMostBytes);
  const { bytesRead } = await read(fd, buffer, 0, atMostBytes, 0);
  return buffer.subarray(0, bytesRead);
}

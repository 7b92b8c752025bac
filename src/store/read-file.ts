/** Reading files whose length is known or guessed: one read(2) each. */

import { close, open, read } from "node:fs";
import { unlessAbsent } from "./failure.ts";

/** The file, or its first `atMostBytes`; `undefined` when there is none. */
export function readFileUpTo(path: string, atMostBytes: number): Promise<Buffer | undefined> {
  // Every stored picture that is served passes here, and callbacks cost a third of what a FileHandle does.
  const content = new Promise<Buffer>((resolve, reject) => {
    open(path, "r", (cause, fd) => {
      if (cause) reject(cause);
      else {
        readUpTo(fd, atMostBytes)
          .then(resolve, reject)
          .finally(() => close(fd));
      }
    });
  });
  return unlessAbsent(content);
}

/**
 * What an open file begins with.
 *
 * A regular file gives less than was asked only at its end; should a file system ever do otherwise, callers see that
 * the length is not what they know it to be.
 */
export function readUpTo(fd: number, atMostBytes: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafeSlow(atMostBytes);
  return new Promise((resolve, reject) => {
    read(fd, buffer, 0, atMostBytes, 0, (cause, bytesRead) => {
      if (cause) reject(cause);
      else resolve(buffer.subarray(0, bytesRead));
    });
  });
}

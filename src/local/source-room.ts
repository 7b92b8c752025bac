/** Memory for one source after another. */

import type { Room } from "../store/store.ts";

// Most photographs. A larger one gets memory of its own: one giant must not be kept for ever.
const maxKeptBytes = 8 * 1024 * 1024;

// A little larger source must not mean new memory each time.
const stepBytes = 1024 * 1024;

/**
 * Keeps what it gave, and gives it again.
 *
 * Memory from outside V8's heap counts as pressure on it: a new buffer for each source costs a garbage collection every
 * few dozen renders, a tenth of the time of a thumbnail.
 */
export function createRoom(): Room {
  let kept = Buffer.alloc(0);
  return (bytes) => {
    if (bytes > maxKeptBytes) return Buffer.allocUnsafeSlow(bytes);
    if (bytes > kept.length) kept = Buffer.allocUnsafeSlow(Math.ceil(bytes / stepBytes) * stepBytes);
    return kept;
  };
}

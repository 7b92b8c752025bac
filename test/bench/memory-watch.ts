/** Looks at a server's resident memory many times a second. */

import type { ServerProcess } from "./server-process.ts";

export interface MemoryWatch {
  /** Now. */
  megabytes(): number;
  /** Since the last call of this. */
  since(): { readonly mean: number; readonly peak: number };
  stop(): void;
}

const everyMilliseconds = 100;

export function watchMemory(server: ServerProcess): MemoryWatch {
  const megabytes = () => server.residentBytes() / 1e6;
  let seen: number[] = [];
  const timer = setInterval(() => seen.push(megabytes()), everyMilliseconds);
  return {
    megabytes,
    since() {
      const values = [...seen, megabytes()];
      seen = [];
      return {
        mean: values.reduce((sum, value) => sum + value, 0) / values.length,
        peak: Math.max(...values),
      };
    },
    stop: () => clearInterval(timer),
  };
}

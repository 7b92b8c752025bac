/** How many connections a server on 127.0.0.1 holds, by the kernel's own account (proc(5), /proc/net/tcp). */

import { readFileSync } from "node:fs";

const established = "01";

export function establishedAt(port: number): number {
  // Address and port of this end and of the other, and then the state, all in hexadecimal.
  const local = `0100007F:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  return readFileSync("/proc/net/tcp", "utf8")
    .split("\n")
    .map((line) => line.trim().split(/\s+/))
    .filter(([, address, , state]) => address === local && state === established).length;
}

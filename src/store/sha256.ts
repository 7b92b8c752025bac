/** The checksum that every derivative is kept with. */

import { hash } from "node:crypto";

/** 64 hex digits. */
export function sha256Hex(data: string | Uint8Array): string {
  return hash("sha256", data, "hex");
}

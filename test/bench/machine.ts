/** The machine that the figures belong to. */

import { cpus, totalmem } from "node:os";
import sharp from "sharp";

/** Cores, processor, memory and versions, in one line. */
export function describeMachine(generator: string): string {
  const [core] = cpus();
  const gigabytes = Math.round(totalmem() / 1024 ** 3);
  const parts = [
    `${cpus().length} cores (${core?.model.trim() ?? "unknown"}), ${gigabytes} GiB`,
    `${process.platform} ${process.arch}`,
    `Node ${process.versions.node}`,
    `sharp ${sharp.versions.sharp} (libvips ${sharp.versions.vips})`,
    `load from ${generator}`,
    new Date().toISOString().slice(0, 10),
  ];
  return parts.join(" · ");
}

/** Seconds that all cores have been idle since the machine started. */
export function machineIdleSeconds(): number {
  return cpus().reduce((seconds, { times }) => seconds + times.idle / 1000, 0);
}

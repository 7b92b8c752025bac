/** A bundle's zip in an empty folder, out of reach of every node_modules but its own. */

import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { unzipSync } from "fflate";

export interface UnpackedBundle {
  /** Absolute. */
  readonly folder: string;
  remove(): Promise<void>;
}

/** Unpacks a zip as Lambda does, into a folder of its own below the system's temporary one. */
export async function unpack(zip: string): Promise<UnpackedBundle> {
  const folder = await mkdtemp(join(tmpdir(), "imgseal-unpacked-"));
  refuseModulesAbove(folder);
  for (const [path, contents] of Object.entries(unzipSync(await readFile(zip)))) {
    const file = join(folder, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, contents);
  }
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}

/** Node would look there for what the zip lacks, and the test would see a bundle work that does not. */
function refuseModulesAbove(folder: string): void {
  for (let above = dirname(folder); ; above = dirname(above)) {
    const modules = join(above, "node_modules");
    if (existsSync(modules)) throw new Error(`${modules} is in reach of what is unpacked to ${folder}`);
    if (above === dirname(above)) return;
  }
}

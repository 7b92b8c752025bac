/** What lies in a folder of derivatives, found out without the code that wrote it. */

import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

export interface Inspection {
  /** Paths of files whose picture and trailer agree in length and SHA-256. */
  readonly whole: readonly string[];
  /** Files in which they do not, or that end in no trailer. */
  readonly torn: readonly string[];
  readonly temporary: number;
}

export async function inspectFolder(root: string): Promise<Inspection> {
  const whole: string[] = [];
  const torn: string[] = [];
  const entries = await readdir(root, { withFileTypes: true });
  const folders = entries.filter((entry) => entry.isDirectory() && entry.name !== ".tmp");
  for (const { name: folder } of folders) {
    for (const name of await readdir(join(root, folder))) {
      const path = join(root, folder, name);
      (isWhole(await readFile(path)) ? whole : torn).push(path);
    }
  }
  const hasTemporary = entries.some(({ name }) => name === ".tmp");
  const temporary = hasTemporary ? (await readdir(join(root, ".tmp"))).length : 0;
  return { whole, torn, temporary };
}

/** How many bytes of the file are the picture, going by what follows it: a line of JSON, and one with its checksum. */
export function pictureBytes(file: Buffer): number | undefined {
  const [, json, sha256] =
    /\n(\{[^\n]*\})\n([0-9a-f]{64}) \d{8} imgseal1\n$/.exec(file.toString("latin1")) ?? [];
  if (json === undefined || sha256 !== sha256Of(Buffer.from(`\n${json}\n`, "latin1"))) return undefined;
  return file.lastIndexOf(`\n${json}\n`, undefined, "latin1");
}

function isWhole(file: Buffer): boolean {
  const length = pictureBytes(file);
  if (length === undefined) return false;
  const { bytes, sha256 } = JSON.parse(file.toString("utf8", length).split("\n")[1] ?? "");
  return bytes === length && sha256 === sha256Of(file.subarray(0, length));
}

function sha256Of(data: Buffer): string {
  return createHash("sha256").update(data).digest("hex");
}

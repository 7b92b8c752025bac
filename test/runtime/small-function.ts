/** A function that does nothing: what a start costs before there is any of ours in it. */

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { UnpackedBundle } from "./unpack.ts";

/** A folder with one module, whose text is given, or which answers with the request as it came. */
export async function writeFunction(
  text = "export async function handler(event) { return event.Records[0].cf.request; }\n",
): Promise<UnpackedBundle> {
  const folder = await mkdtemp(join(tmpdir(), "imgseal-function-"));
  await writeFile(join(folder, "index.mjs"), text);
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}

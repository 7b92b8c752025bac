/** What lies in a folder of derivatives, found out without the code that wrote it. */

import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

export interface Inspection {
  /** Paths of bodies whose sidecar agrees with them in length and SHA-256. */
  readonly whole: readonly string[];
  /** Bodies whose sidecar does not, or is missing. */
  readonly torn: readonly string[];
  /** Sidecars without a body: the claim of a writer that was killed before its commit. */
  readonly claims: number;
  readonly temporary: number;
}

export async function inspectFolder(root: string): Promise<Inspection> {
  const whole: string[] = [];
  const torn: string[] = [];
  let claims = 0;
  const entries = await readdir(root, { withFileTypes: true });
  const folders = entries.filter((entry) => entry.isDirectory() && entry.name !== ".tmp");
  for (const { name: folder } of folders) {
    const names = await readdir(join(root, folder));
    for (const name of names.filter((each) => !each.endsWith(".meta"))) {
      const path = join(root, folder, name);
      const sidecar = names.includes(`${name}.meta`)
        ? parseSidecar(await readFile(`${path}.meta`, "utf8"))
        : {};
      (isWhole(await readFile(path), sidecar) ? whole : torn).push(path);
    }
    claims += names.filter(
      (name) => name.endsWith(".meta") && !names.includes(name.slice(0, -".meta".length)),
    ).length;
  }
  const hasTemporary = entries.some(({ name }) => name === ".tmp");
  const temporary = hasTemporary ? (await readdir(join(root, ".tmp"))).length : 0;
  return { whole, torn, claims, temporary };
}

interface Sidecar {
  readonly bytes?: unknown;
  readonly sha256?: unknown;
}

function isWhole(body: Buffer, { bytes, sha256 }: Sidecar): boolean {
  return bytes === body.length && sha256 === createHash("sha256").update(body).digest("hex");
}

function parseSidecar(text: string): Sidecar {
  try {
    return JSON.parse(text);
  } catch {
    // Half a sidecar is as good as none.
    return {};
  }
}

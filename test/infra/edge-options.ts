/** A build of the fixtures' presets with the vectors' keys. */

import { fileURLToPath } from "node:url";
import { unzipSync } from "fflate";
import type { EdgeOptions } from "../../infra/edge.ts";
import { table } from "../fixtures/presets.ts";
import { vectors } from "../vectors/signed-urls.ts";

export const packageRoot = fileURLToPath(new URL("../..", import.meta.url));

export function edgeOptions(outDir: string, changes: Partial<EdgeOptions> = {}): EdgeOptions {
  return {
    packageRoot,
    version: "1.2.3",
    outDir,
    viewerRequest: { table, keys: vectors.keys },
    originResponse: {
      table,
      sources: { bucket: "sources", region: "us-east-1" },
      derivatives: { bucket: "derivatives", region: "us-east-1" },
    },
    keyIds: vectors.keys.keys.map(({ kid }) => kid),
    ...changes,
  };
}

/** The text of the module in a zip. */
export function moduleIn(archive: Uint8Array): string {
  return new TextDecoder().decode(unzipSync(archive)["index.mjs"]);
}

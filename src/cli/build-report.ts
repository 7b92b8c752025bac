/** What `imgseal build` tells of its zips. */

import { join } from "node:path";
import type { EdgeBuild } from "../../infra/edge.ts";
import { formatTable } from "./text-table.ts";

interface ReportOptions {
  /** The folder, as the user wrote it. */
  readonly out: string;
  readonly withParts: boolean;
}

/** A row for each file, and with `withParts` a table of what is in each zip. */
export function buildAsText({ manifest, artefacts }: EdgeBuild, { out, withParts }: ReportOptions): string {
  const files = artefacts.map(({ manifest }) => [
    join(out, manifest.zip),
    `${inThousands(manifest.zipBytes)} bytes`,
    `of ${inThousands(manifest.zipQuotaBytes)}, unzipped ${inThousands(manifest.unzippedBytes)}`,
  ]);
  const summary = formatTable([
    ...files,
    [join(out, manifest.presetTable.file), "for --previous of the next build"],
    [join(out, "manifest.json"), "digests, sizes, key ids"],
  ]);
  if (!withParts) return summary;
  const widest = Math.max(...artefacts.flatMap(({ parts }) => parts.map(({ bytes }) => bytes)));
  const width = inThousands(widest).length;
  const tables = artefacts.map(({ manifest, parts }) => {
    const rows = parts.map(({ path, bytes }) => [inThousands(bytes).padStart(width), path]);
    return `${manifest.zip}, in bytes before zipping:\n${formatTable(rows)}`;
  });
  return [summary, ...tables].join("\n\n");
}

/** The manifest, and with `withParts` each function's `parts`. */
export function buildAsJson({ manifest, artefacts }: EdgeBuild, { withParts }: ReportOptions): string {
  const parts = Object.fromEntries(artefacts.map(({ name, parts }) => [name, parts]));
  return JSON.stringify({ ...manifest, ...(withParts && { parts }) });
}

function inThousands(value: number): string {
  return value.toLocaleString("en-US");
}

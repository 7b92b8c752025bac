/** Lambda@Edge's quotas on a function's package. */

import type { Artefact } from "./artefact.ts";
import { BuildError } from "./failure.ts";

/** @throws BuildError that names the function, the quota and the largest parts of what does not fit */
export function requireWithinQuotas({
  name,
  manifest,
  parts,
}: Pick<Artefact, "name" | "manifest" | "parts">): void {
  const { zip, zipBytes, zipQuotaBytes, unzippedBytes, unzippedQuotaBytes } = manifest;
  const measured = [
    { what: zip, bytes: zipBytes, quotaBytes: zipQuotaBytes },
    { what: `${name} unzipped`, bytes: unzippedBytes, quotaBytes: unzippedQuotaBytes },
  ];
  const excess = measured.find(({ bytes, quotaBytes }) => bytes > quotaBytes);
  if (excess === undefined) return;
  const largest = parts.toSorted((a, b) => b.bytes - a.bytes).slice(0, 3);
  throw new BuildError(
    `expected ${excess.what} to have at most ${inThousands(excess.quotaBytes)} bytes, ` +
      `received ${inThousands(excess.bytes)}; its largest parts, unzipped: ` +
      largest.map(({ path, bytes }) => `${path} (${inThousands(bytes)})`).join(", "),
  );
}

function inThousands(value: number): string {
  return value.toLocaleString("en-US");
}

/** What `build` bakes into the bundles: a function at the edge has no environment variables and no files. */

import type { PresetTable } from "../../presets/table.ts";

export interface Bucket {
  readonly bucket: string;
  readonly region: string;
  /** For S3-compatible servers; implies path-style requests. */
  readonly endpoint?: string;
}

export interface BakedViewerRequest {
  readonly table: PresetTable;
  /** A JWK Set. */
  readonly keys: unknown;
}

export interface BakedOriginResponse {
  readonly table: PresetTable;
  readonly previous?: PresetTable;
  readonly sources: Bucket;
  readonly derivatives: Bucket;
}

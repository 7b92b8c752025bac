/** What the tests of this room render with: a preset that shows the picture as it is, and generous limits. */

import type { Preset, SourceLimits } from "../../src/presets/table.ts";
import { makePreset } from "../fixtures/presets.ts";

export const limits: SourceLimits = {
  sourceBytes: 50_000_000,
  sourcePixels: 100_000_000,
  sourceFrames: 100,
  renderSeconds: 20,
};

export function preset(changes: Partial<Preset> = {}): Preset {
  return makePreset({
    name: "tried",
    fit: "inside",
    effort: { avif: 0, webp: 0, gif: 1, png: 1 },
    ...changes,
  });
}

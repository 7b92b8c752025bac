/** What drills ask for: a few pictures, the shipped presets, signed targets, and the bytes that are right. */

import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { render } from "../../src/images/render.ts";
import type { PresetTable } from "../../src/presets/table.ts";
import { lookup } from "../../src/presets/table.ts";
import { shippedTable } from "../fixtures/journey.ts";
import { noise, scene, transparent } from "../fixtures/pictures.ts";
import { signedTarget } from "../fixtures/service.ts";

export interface Wanted {
  readonly preset: string;
  readonly source: string;
  /** Each version is a canonical path of its own: this is how one picture is asked for cold a thousand times. */
  readonly version?: string;
}

export interface World {
  readonly table: PresetTable;
  readonly pictures: ReadonlyMap<string, Buffer>;
  target(wanted: Wanted): string;
  /** What every answer to it has to be, byte by byte: rendered here, from the picture in hand. */
  expected(wanted: Wanted, picture?: Buffer): Promise<Buffer>;
  writeSources(folder: string): Promise<void>;
}

/** Presets that render in a few milliseconds. */
export const quickPresets = ["thumb", "lqip", "avatar"] as const;

export async function createWorld(): Promise<World> {
  const table = await shippedTable();
  const pictures = new Map([
    ["photos/scene.jpg", await scene(640, 480).jpeg({ quality: 90 }).toBuffer()],
    ["photos/räumlich & klar.png", await transparent(480, 360)],
    ["noise.jpg", await noise(400, 300).jpeg({ quality: 60 }).toBuffer()],
  ]);
  const rendered = new Map<string, Promise<Buffer>>();

  async function renderAnew({ preset: name, source }: Wanted, picture = pictures.get(source)) {
    if (picture === undefined) throw new Error(`there is no picture ${source}`);
    const preset = lookup(table, name);
    // Without an Accept header, it is the last format.
    const format = preset.formats.at(-1) ?? preset.formats[0];
    const width = preset.widths?.at(-1);
    const variant = { format, ...(width !== undefined && { width }) };
    return (await render(picture, preset, variant, table.limits)).body;
  }

  return {
    table,
    pictures,
    target: ({ version, ...url }) => signedTarget({ ...url, ...(version !== undefined && { ver: version }) }),
    expected(wanted, picture) {
      if (picture !== undefined) return renderAnew(wanted, picture);
      const key = `${wanted.preset} ${wanted.source}`;
      const known = rendered.get(key) ?? renderAnew(wanted);
      rendered.set(key, known);
      return known;
    },
    async writeSources(folder) {
      for (const [key, bytes] of pictures) {
        const file = join(folder, key);
        await mkdir(dirname(file), { recursive: true });
        await writeFile(file, bytes);
      }
    },
  };
}

/** So many different cold pictures, in turn of every source and preset. */
export function coldPictures(world: World, count: number, label: string): readonly Wanted[] {
  const sources = [...world.pictures.keys()];
  return Array.from({ length: count }, (_, index) => ({
    preset: quickPresets[index % quickPresets.length] ?? "thumb",
    source: sources[Math.floor(index / quickPresets.length) % sources.length] ?? "",
    version: `${label}-${index}`,
  }));
}

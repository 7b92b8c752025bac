/** The pictures in a folder of sources, for the gallery and for examples. */

import type { Preset } from "../presets/table.ts";
import type { ListedObject, SourceStore } from "../store/store.ts";
import { isServed } from "../urls/select.ts";

// Each is looked at on disk whenever the gallery is opened; nobody pages through more.
const maxListed = 5_000;

// Only what is shown is chosen by name. What is rendered is judged by its content.
const pictureName = /\.(?:jpe?g|png|webp|gif|avif|tiff?)$/i;
const hidden = /(?:^|\/)\./;

/** Sorted by key; hidden files and folders are left out, and with them a store of derivatives in `.imgseal`. */
export async function listPictures(sources: SourceStore): Promise<ListedObject[]> {
  const pictures: ListedObject[] = [];
  for await (const object of sources.list("")) {
    if (!pictureName.test(object.key) || hidden.test(object.key)) continue;
    pictures.push(object);
    if (pictures.length === maxListed) break;
  }
  return pictures.sort((a, b) => (a.key < b.key ? -1 : 1));
}

interface Example {
  readonly preset: string;
  readonly source: string;
}

// Boxes so small that every picture fills them: what is shown has the size that the preset declares.
const showpieces = { presets: ["thumb", "card", "avatar"], source: /(?:^|\/)house-cat\./ };

/** Up to so many different presets, each with a picture that it serves. */
export function chooseExamples(
  presets: readonly Preset[],
  pictures: readonly Pick<ListedObject, "key">[],
  count: number,
): Example[] {
  const rank = ({ name }: Preset) => showpieces.presets.indexOf(name) + 1 || presets.length + 1;
  const inOrder = presets.toSorted((a, b) => rank(a) - rank(b));
  const examples = inOrder.flatMap((preset) => {
    const served = pictures.filter(({ key }) => isServed(preset, key));
    const picture = served.find(({ key }) => showpieces.source.test(key)) ?? served[0];
    return picture === undefined ? [] : { preset: preset.name, source: picture.key };
  });
  return examples.slice(0, count);
}

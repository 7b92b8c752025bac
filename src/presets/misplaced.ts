/** Names that are options, only not where they were written. */

import { corsShape, fileSchema, limitsShape, optionShape, signingShape } from "./schema.ts";
import { format } from "./values.ts";
import { inWords } from "./words.ts";
import type { Path } from "./yaml.ts";

const { extends: _extends, description: _description, ...shared } = optionShape;

/** In this order: an option that `defaults` takes too is told of before those that only a preset takes. */
const homes: readonly (readonly [place: string, names: object])[] = [
  ["in a preset or in defaults", shared],
  ["in a preset", optionShape],
  ["in signing", signingShape],
  ["in limits", limitsShape],
  ["in cors", corsShape],
  ["at the top of the file", fileSchema.shape],
];

/** What to say of a name that something knows, though not what stands at the path; nothing for one that nothing knows. */
export function misplaced(path: Path, name: string, known: readonly string[]): string | undefined {
  const [block] = path;
  const isInOption = path.length === (block === "presets" ? 3 : 2);
  if (isInOption && format.options.some((each) => each === name)) {
    return `${name} has no ${path.at(-1)}, expected ${inWords(known)}`;
  }
  const [place] = homes.find(([, names]) => Object.hasOwn(names, name)) ?? [];
  return place && `is no option here: it belongs ${place}`;
}

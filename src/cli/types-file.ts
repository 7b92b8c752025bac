/** The presets as pages and signers need them: a TypeScript module, and a JSON manifest. */

import type { SignerPreset, SignerPresets } from "../../sdk/index.ts";
import type { Preset, PresetTable } from "../presets/table.ts";

/** A module with the const `presets` and the type `PresetName`. */
export function formatTypes(table: PresetTable): string {
  const { signing, presets } = publicTable(table);
  const members = Object.entries(presets).map(([name, preset]) => {
    const description = table.presets[name]?.description;
    return `${description === undefined ? "" : `    ${docComment(description)}\n`}    ${key(name)}: ${literal(preset, 4)},\n`;
  });
  return `// Written by "imgseal types". Change the presets file instead, and run it again.

/** The presets, for \`createSigner\` of @imgseal/sdk and for the functions of @imgseal/sdk/client. */
export const presets = {
  signing: ${literal(signing, 2)},
  presets: {
${members.join("")}  },
} as const;

export type PresetName = keyof typeof presets.presets;
`;
}

/** The same as JSON. */
export function formatManifest(table: PresetTable): string {
  return `${JSON.stringify(publicTable(table), undefined, 2)}\n`;
}

/** Nothing that only renders: qualities and limits are nobody's business in a page. */
function publicTable({ signing, presets }: PresetTable): SignerPresets {
  const entries = Object.entries(presets).map(([name, preset]) => [name, publicPreset(preset)]);
  return { signing, presets: Object.fromEntries(entries) };
}

function publicPreset(preset: Preset): SignerPreset {
  const { revision, sources, width, height, aspectRatio, widths, dprs, fit, withoutEnlargement, formats } =
    preset;
  return {
    revision,
    ...(width !== undefined && { width }),
    ...(height !== undefined && { height }),
    ...(aspectRatio !== undefined && { aspectRatio }),
    ...(widths !== undefined && { widths }),
    ...(dprs !== undefined && { dprs }),
    formats,
    fit,
    withoutEnlargement,
    sources,
  };
}

function literal(members: object, indent: number): string {
  const margin = " ".repeat(indent);
  const lines = Object.entries(members).map(
    ([name, value]) => `${margin}  ${key(name)}: ${inline(value)},\n`,
  );
  return `{\n${lines.join("")}${margin}}`;
}

/** JSON, with the spaces that formatters put. */
function inline(value: unknown): string {
  return Array.isArray(value) ? `[${value.map(inline).join(", ")}]` : JSON.stringify(value);
}

function key(name: string): string {
  return /^[a-z]\w*$/i.test(name) ? name : JSON.stringify(name);
}

/** On one line; what would end the comment does not. */
function docComment(text: string): string {
  return `/** ${text.replaceAll(/\s+/g, " ").replaceAll("*/", "*\\/")} */`;
}

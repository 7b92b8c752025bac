/** What is generated from the schema: the editors' JSON Schema, and the tables of options in docs/presets.md. */

import * as z from "zod";
import { wordsOf } from "./kinds.ts";
import {
  corsShape,
  fileSchema,
  limitsShape,
  type OptionFacts,
  optionFacts,
  optionShape,
  signingShape,
} from "./schema.ts";
import { presetNamePattern } from "./values.ts";

/** JSON Schema of presets.yaml for completion, hover and squiggles in editors. Draft 7: what YAML's language server knows. */
export function editorSchema(): string {
  const schema = z.toJSONSchema(fileSchema, {
    io: "input",
    target: "draft-07",
    override({ zodSchema, jsonSchema }) {
      const facts = optionFacts.get(zodSchema);
      if (facts !== undefined) jsonSchema.description = description(facts);
      if (facts?.neutral !== undefined) jsonSchema.default = facts.neutral;
      if (zodSchema === fileSchema.shape.presets) {
        jsonSchema.propertyNames = { pattern: presetNamePattern.source };
        jsonSchema.minProperties = 1;
      }
    },
  });
  return `${JSON.stringify({ ...schema, title: "imgseal presets" }, null, 2)}\n`;
}

/** The tables as Markdown: one for a preset's options, one for each block of settings. */
export function optionTables(): string {
  const settings = { signing: signingShape, limits: limitsShape, cors: corsShape };
  return [
    "### Options of a preset",
    table(optionShape, { withRevision: true }),
    ...Object.entries(settings).flatMap(([name, shape]) => [`### \`${name}\``, table(shape)]),
  ].join("\n\n");
}

function description({ meaning, touchesBytes }: OptionFacts): string {
  return touchesBytes ? `${meaning} Changing it changes the preset's revision.` : meaning;
}

function table(shape: Readonly<Record<string, z.ZodType>>, { withRevision = false } = {}): string {
  const columns = ["option", "takes", "default", ...(withRevision ? ["new revision"] : []), "meaning"];
  const rows = Object.entries(shape).map(([name, schema]) => {
    const facts = optionFacts.get(schema);
    const neutral = facts?.neutral;
    return [
      `\`${name}\``,
      takes(schema),
      neutral === undefined ? "none" : `\`${inYaml(neutral)}\``,
      ...(withRevision ? [facts?.touchesBytes ? "yes" : "no"] : []),
      facts?.meaning ?? "",
    ];
  });
  return [columns, columns.map(() => "---"), ...rows]
    .map((cells) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`)
    .join("\n");
}

function takes(schema: z.core.$ZodType): string {
  const isWrapped = schema instanceof z.ZodPrefault || schema instanceof z.ZodExactOptional;
  return wordsOf(schema)?.expected ?? (isWrapped ? takes(schema.unwrap()) : "");
}

function inYaml(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(inYaml).join(", ")}]`;
  if (typeof value !== "object" || value === null) return String(value);
  return `{ ${Object.entries(value)
    .map(([key, member]) => `${key}: ${inYaml(member)}`)
    .join(", ")} }`;
}

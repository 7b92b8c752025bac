import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { parseDocument } from "yaml";
import * as z from "zod";
import { generate } from "../../scripts/generate.ts";
import { editorSchema, optionTables } from "../../src/presets/reference.ts";
import { optionFacts, optionShape } from "../../src/presets/schema.ts";

const root = new URL("../../", import.meta.url);
const schema = z.fromJSONSchema(JSON.parse(editorSchema()));
const accepts = (value: unknown) => schema.safeParse(value).success;
const acceptsOption = (options: object) => accepts({ version: 1, presets: { only: options } });

// Generated files lie in the repository so that editors and readers of the docs find them; stale ones would lie
// in the other sense.
test("has left nothing stale: else run `node scripts/run.mjs generate`", async () => {
  const files = await generate(root);
  expect([...files.keys()]).toEqual(["presets.schema.json", "docs/presets.md"]);
  for (const [path, text] of files) expect(readFileSync(new URL(path, root), "utf8")).toBe(text);
});

test("gives editors a schema that takes the shipped presets", () => {
  const text = readFileSync(new URL("presets.yaml", root), "utf8");
  expect(text.split("\n")[0]).toBe("# yaml-language-server: $schema=./presets.schema.json");
  expect(accepts(parseDocument(text).toJS())).toBe(true);
});

test("gives editors a schema that takes units and plain numbers", () => {
  for (const maxBytes of ["700kB", 700_000]) expect(acceptsOption({ maxBytes })).toBe(true);
  for (const cache of ["1d", 86_400, { maxAge: "1d", edge: 60 }]) expect(acceptsOption({ cache })).toBe(true);
  for (const aspectRatio of ["16:9", 1.5]) expect(acceptsOption({ aspectRatio })).toBe(true);
  for (const quality of [80, { webp: 80 }]) expect(acceptsOption({ quality })).toBe(true);
});

test.each<object>([
  { widht: 3 },
  { width: 0 },
  { fit: "covr" },
  { maxBytes: "700KB" },
  { maxBytes: 780_001 },
  { quality: { png: 3 } },
  { formats: ["json"] },
  { background: "#ff" },
])("gives editors a schema that refuses %j", (options) => {
  expect(acceptsOption(options)).toBe(false);
});

test("gives editors a schema that refuses what a preset cannot be called", () => {
  expect(accepts({ version: 1, presets: { Card: {} } })).toBe(false);
  expect(accepts({ version: 1, presets: {} })).toBe(false);
});

test("tells readers and editors the meaning of every option", () => {
  const { properties } = JSON.parse(editorSchema());
  const described = properties.presets.additionalProperties.properties;
  const tables = optionTables();
  for (const [name, option] of Object.entries(optionShape)) {
    const meaning = optionFacts.get(option)?.meaning ?? "";
    expect(meaning).toMatch(/\.$/);
    expect(described[name].description).toContain(meaning);
    expect(tables).toContain(`| \`${name}\` |`);
    expect(tables).toContain(meaning);
  }
});

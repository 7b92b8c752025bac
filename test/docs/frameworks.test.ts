import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { readDocument, root } from "./markdown.ts";

const document = readDocument("docs/frontend.md");

/** `[path](../path):`, an empty line, and the file. */
const quotations = [...document.matchAll(/^\[([^\]]+)\]\(\.\.\/([^)]+)\):\n\n```\w+\n(.*?)^```$/gmsu)];

it("docs/frontend.md quotes the examples as they are, which test:examples builds and looks at", () => {
  expect(quotations.length).toBeGreaterThan(9);
  for (const [, name, path = "", code] of quotations) {
    expect(path).toBe(name);
    expect(code, path).toBe(readFileSync(new URL(path, root), "utf8"));
  }
});

import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import * as next from "../../sdk/next.ts";
import * as nuxt from "../../sdk/nuxt.ts";
import * as react from "../../sdk/react.ts";
import * as vue from "../../sdk/vue.ts";
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

it("docs/frontend.md says something of every function of the frameworks' entries", () => {
  for (const [heading, entry] of Object.entries({ React: react, Vue: vue, Next: next, Nuxt: nuxt })) {
    const [, section = ""] = document.split(`\n## ${heading}\n`);
    const own = section.split("\n## ")[0] ?? "";
    for (const name of Object.keys(entry).filter((key) => key !== "default")) {
      expect(own, heading).toContain(name);
    }
  }
});

/**
 * Why this is checked: an export that no page names is found by nobody, and one that no example uses is explained to
 * nobody. The list of entries is the package's own, so a new one cannot be forgotten.
 */

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { codeBlocks, readDocument, root } from "./markdown.ts";

const { exports: entries } = JSON.parse(readFileSync(new URL("sdk/package.json", root), "utf8"));
const names = Object.keys(entries).filter((name) => name !== "./package.json");

/** Where each entry is explained, and in which section, if it has one of its own. */
const pages: Readonly<Record<string, { readonly page: string; readonly section?: string }>> = {
  ".": { page: "docs/sdk.md" },
  "./sync": { page: "docs/sdk.md", section: "Without promises" },
  "./client": { page: "docs/frontend.md" },
  "./observe": { page: "docs/frontend.md", section: "observe" },
  "./element": { page: "docs/frontend.md", section: "seal-img" },
  "./react": { page: "docs/frontend.md", section: "React" },
  "./vue": { page: "docs/frontend.md", section: "Vue" },
  "./next": { page: "docs/frontend.md", section: "Next" },
  "./nuxt": { page: "docs/frontend.md", section: "Nuxt" },
};

/** What the framework calls: an example names the entry, and no function. */
const calledByOthers = ["./nuxt getImage", "./nuxt default"];

const fences = ["js", "ts", "tsx", "vue", "html"];

it("every entry of the package has its place in the documentation, and no other", () => {
  expect(new Set(Object.keys(pages))).toEqual(new Set(names));
});

describe.each(names)("@imgseal/sdk: %s", (name) => {
  const { page = "", section } = pages[name] ?? {};
  const document = readDocument(page);
  const text =
    section === undefined ? document : (document.split(`\n## ${section}\n`)[1]?.split("\n## ")[0] ?? "");
  const specifier = `@imgseal/sdk${name.slice(1)}`;
  const file = new URL(`sdk/${name === "." ? "index" : name.slice(2)}.ts`, root);

  it("is named, with each of its functions, and used by an example", async () => {
    const code = fences.flatMap((language) => codeBlocks(text, language)).join("\n");
    expect(code).toContain(`"${specifier}"`);
    const functions = Object.keys(await import(file.href));
    expect(functions).not.toEqual([]);
    for (const made of functions) {
      if (made !== "default") expect(text, made).toContain(made);
      if (!calledByOthers.includes(`${name} ${made}`)) {
        expect(code, made).toMatch(
          new RegExp(`\\b${made}\\(|<${made}\\b|\\{[^}]*\\b${made}\\b[^}]*\\} from "${specifier}"`),
        );
      }
    }
  });
});

it("React's entry exports in server components what needs no state, and nothing else", async () => {
  const server = Object.keys(await import(new URL("sdk/react-server.ts", root).href));
  const client = Object.keys(await import(new URL("sdk/react.ts", root).href));
  expect(new Set(client)).toEqual(new Set([...server, "useGrant", "useSealImg"]));
});

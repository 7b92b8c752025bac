import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { anchorsOf, documents, linksOf, readDocument, root } from "./markdown.ts";

const isRelative = (link: string) => !/^[a-z]+:/iu.test(link);

const links = documents.flatMap((document) =>
  linksOf(readDocument(document))
    .filter(isRelative)
    .map((link) => ({ document, link })),
);

describe("a relative link", () => {
  it("is found in every kind of document", () => {
    expect(documents).toEqual(expect.arrayContaining(["README.md", "SECURITY.md", "docs/urls.md"]));
    expect(links.length).toBeGreaterThan(20);
  });

  it("resolves to a file or folder of the repository", () => {
    const broken = links.filter(({ document, link }) => {
      const target = targetOf(document, link);
      return !target.href.startsWith(root.href) || !existsSync(target);
    });
    expect(broken).toEqual([]);
  });

  it("names a heading that is there", () => {
    const broken = links.filter(({ document, link }) => {
      const [, anchor] = link.split("#");
      if (anchor === undefined) return false;
      const path = targetOf(document, link).href.slice(root.href.length);
      return !path.endsWith(".md") || !anchorsOf(readDocument(path)).includes(anchor);
    });
    expect(broken).toEqual([]);
  });
});

describe("the reading of Markdown", () => {
  const text =
    "# One `two`: _three_!\n\n[a](b.md#c) ![d](e.png) `[f](g)`\n\n```sh\n# no [h](i)\n```\n\n## One two _three_\n";

  it("finds links and pictures outside code", () => {
    expect(linksOf(text)).toEqual(["b.md#c", "e.png"]);
  });

  it("makes the anchors of headings as GitHub does", () => {
    expect(anchorsOf(text)).toEqual(["one-two-_three_", "one-two-_three_-1"]);
  });
});

function targetOf(document: string, link: string): URL {
  const target = new URL(link, new URL(document, root));
  target.hash = "";
  return target;
}

import { describe, expect, it } from "vitest";
import { errorTable } from "../../src/errors.ts";
import { readDocument } from "./markdown.ts";

const codes = Object.keys(errorTable);

describe("docs/architecture.md", () => {
  it("has the error table as it is, row by row", () => {
    const rows = Object.entries(errorTable).map(([code, row]) => {
      const retry = "retryAfterSeconds" in row ? `, Retry-After: ${row.retryAfterSeconds}` : "";
      const cached = row.maxAgeSeconds === 0 ? "no" : `${row.maxAgeSeconds} s`;
      return `| ${code} | ${row.status}${retry} | ${row.publicMessage} | ${cached} |`;
    });
    const written = /\| code \| status .*\n\| --- .*\n([^<]*)<!-- end of errors -->/u.exec(
      readDocument("docs/architecture.md"),
    );
    expect(written?.[1]?.trim().split("\n")).toEqual(rows);
  });
});

describe("docs/troubleshooting.md", () => {
  const text = readDocument("docs/troubleshooting.md");
  const entries = new Map(
    text
      .split(/^### /mu)
      .slice(1)
      .map((entry) => [entry.slice(0, entry.indexOf("\n")), entry]),
  );

  it("has one entry for every error code, in the order of the table, and for no other", () => {
    expect([...entries.keys()].filter((heading) => /^[A-Z_]+$/u.test(heading))).toEqual(codes);
  });

  it.each(codes)("says what %s means, under which status, and what to do", (code) => {
    const { status } = errorTable[code as keyof typeof errorTable];
    expect(entries.get(code)).toMatch(new RegExp(`^${code}\\n\\n\\*\\*${status}\\.\\*\\* .{40,}`, "u"));
  });
});

describe("docs/urls.md", () => {
  it("says of every error code when a request meets it", () => {
    const [, section = ""] = readDocument("docs/urls.md").split("## In which order a request is judged\n");
    const named = new Set(section.match(/\b[A-Z]+_[A-Z_]+\b|\b(?:OVERLOADED|INTERNAL)\b/gu));
    expect([...named].sort()).toEqual([...codes].sort());
  });
});

/**
 * Why: what is assumed and not known must be seen where a test fails, and must not be taken for a rule of AWS. The names are
 * read from the tests themselves.
 */

import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { assumedBehaviors } from "../../../src/local/cloudfront/assumed.ts";
import { type RuleId, ruleOf, rules } from "../../../src/local/cloudfront/rules.ts";
import { nameOf, ruleCases } from "./rule-cases.ts";

const assumedRules = (Object.keys(rules) as RuleId[]).filter((id) => ruleOf(id).source === "assumed");
const assumptions = [...assumedRules, ...Object.keys(assumedBehaviors)];

/** What stands first after `it(`, `describe(`, or the call that `it.each(...)` returns. */
function writtenNames(): string[] {
  const here = new URL("./", import.meta.url);
  const files = readdirSync(here).filter((name) => name.endsWith(".test.ts"));
  return files.flatMap((file) => {
    const text = readFileSync(new URL(file, here), "utf8");
    return [...text.matchAll(/(?:\b(?:it|describe)|\))\(\s*"((?:[^"\\]|\\.)*)"/gu)].map(
      ([, name = ""]) => name,
    );
  });
}

const names = [...writtenNames(), ...ruleCases.map((ruleCase) => `${nameOf(ruleCase)} ${ruleCase.title}`)];
const marked = names.flatMap((name) => [...name.matchAll(/([\w-]+) \(assumed\b/gu)].map(([, id = ""]) => id));

describe("an assumption", () => {
  it.each(assumptions)("has a test that names it and says that it is assumed: %s", (id) => {
    expect(marked).toContain(id);
  });

  it("is in the list when a test is marked as assumed", () => {
    expect(marked.length).toBeGreaterThanOrEqual(assumptions.length);
    expect(marked.filter((id) => !assumptions.includes(id))).toEqual([]);
  });

  it("is in the list when a comment of the emulator says so", () => {
    const folder = new URL("../../../src/local/cloudfront/", import.meta.url);
    const comments = readdirSync(folder).flatMap((file) =>
      [...readFileSync(new URL(file, folder), "utf8").matchAll(/\(assumed([^)]*)\)/gu)].map(
        ([, id = ""]) => id,
      ),
    );
    expect(comments.length).toBeGreaterThan(0);
    expect(comments.filter((id) => !assumptions.includes(id.replace(/^: /u, "")))).toEqual([]);
  });
});

import { expect, it } from "vitest";
import { replacedSource } from "./replaced-source.ts";
import { column, runShort } from "./short-form.ts";

it("answers the old picture or the new one, and nothing in between, while a source is replaced", async () => {
  const report = await runShort(replacedSource);
  expect(report.violations).toEqual([]);
  for (const times of column(report, "times")) expect(times).toBeGreaterThan(2);
});

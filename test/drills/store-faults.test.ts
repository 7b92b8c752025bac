import { expect, it } from "vitest";
import { column, runShort } from "./short-form.ts";
import { storeFaults } from "./store-faults.ts";

it("answers rightly, in time and without keeping anything wrong, whatever S3 does", async () => {
  const report = await runShort(storeFaults);
  expect(report.violations).toEqual([]);
  expect(column(report, "well again").length).toBeGreaterThan(30);
});

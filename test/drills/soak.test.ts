import { expect, it } from "vitest";
import { compiledCommand } from "../cli/binary.ts";
import { column, runShort } from "./short-form.ts";
import { soak } from "./soak.ts";

const command = compiledCommand();

it("answers mixed traffic rightly, from memory, cold and refused alike", async () => {
  const report = await runShort(soak, command.main);
  expect(report.violations).toEqual([]);
  for (const kind of ["hits", "cold", "bad"]) {
    const total = column(report, kind).reduce<number>((sum, count) => sum + Number(count), 0);
    expect(total, kind).toBeGreaterThan(0);
  }
});

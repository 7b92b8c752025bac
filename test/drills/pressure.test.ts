import { expect, it } from "vitest";
import { compiledCommand } from "../cli/binary.ts";
import { pressure } from "./pressure.ts";
import { column, runShort } from "./short-form.ts";

const command = compiledCommand();

it("serves others while slow, silent, greedy and forging clients are there", async () => {
  const report = await runShort(pressure, command.main);
  expect(report.violations).toEqual([]);
  expect(column(report, "connections reached")).toEqual([300, 300, 100, 100, 10, 0, 4, 0]);
});

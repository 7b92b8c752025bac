import { expect, it } from "vitest";
import { compiledCommand } from "../cli/binary.ts";
import { column, runShort } from "./short-form.ts";
import { shutdown } from "./shutdown.ts";

const command = compiledCommand();

it("loses no accepted request at SIGTERM under load, and ends within 10 s", async () => {
  const report = await runShort(shutdown, command.main);
  expect(report.violations).toEqual([]);
  for (const underWay of column(report, "under way")) expect(underWay).toBeGreaterThan(0);
});

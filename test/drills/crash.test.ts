import { expect, it } from "vitest";
import { compiledCommand } from "../cli/binary.ts";
import { crash } from "./crash.ts";
import { column, runShort } from "./short-form.ts";

const command = compiledCommand();

it("serves nothing torn and renders everything after kill -9 in the middle of cold renders", async () => {
  const report = await runShort(crash, command.main);
  expect(report.violations).toEqual([]);
  expect(column(report, "torn by hand")).toEqual([5, 0]);
  const [first] = column(report, "cut off");
  expect(first).toBeGreaterThan(0);
});

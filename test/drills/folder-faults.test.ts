import { expect, it } from "vitest";
import { compiledCommand } from "../cli/binary.ts";
import { folderFaults } from "./folder-faults.ts";
import { runShort } from "./short-form.ts";

const command = compiledCommand();

it("answers rightly whatever becomes of its folders, and is well again afterwards", async () => {
  expect((await runShort(folderFaults, command.main)).violations).toEqual([]);
});

import { expect, it } from "vitest";
import { compiledCommand } from "../cli/binary.ts";
import { fullDisk } from "./full-disk.ts";
import { runShort } from "./short-form.ts";

const command = compiledCommand();

it("answers every picture on a full disk, and stores again when there is room", async () => {
  expect((await runShort(fullDisk, command.main)).violations).toEqual([]);
});

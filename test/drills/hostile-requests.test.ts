import { expect, it } from "vitest";
import { compiledCommand } from "../cli/binary.ts";
import { hostileRequests } from "./hostile-requests.ts";
import { runShort } from "./short-form.ts";

const command = compiledCommand();

it("gives every hostile request its status, and stays up", async () => {
  expect((await runShort(hostileRequests, command.main)).violations).toEqual([]);
});

import { expect, it } from "vitest";
import { purge } from "./purge.ts";
import { runShort } from "./short-form.ts";

it("leaves nothing of the old source after the second sweep, whatever was in flight", async () => {
  expect((await runShort(purge)).violations).toEqual([]);
});

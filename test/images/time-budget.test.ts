import { describe, expect, it } from "vitest";
import { ImgsealError } from "../../src/errors.ts";
import { untilOver, within } from "../../src/images/time-budget.ts";
import { scene } from "../fixtures/pictures.ts";

const never = () => new Promise<never>(() => {});
const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

describe("the time of a render", () => {
  it("ends by the clock, even where the work does not look at it", async () => {
    await expect(within(0.02, never)).rejects.toMatchObject({
      code: "RENDER_TIMEOUT",
      message: "rendering took longer than 0.02 s",
    });
  });

  it("is for all pipelines together: none is begun after it", async () => {
    let begun: Promise<unknown> | undefined;
    const late = within(0.02, async (run) => {
      await pause(60);
      begun = run(scene().png());
      return begun;
    });
    await expect(late).rejects.toMatchObject({ code: "RENDER_TIMEOUT" });
    await pause(80);
    await expect(begun).rejects.toMatchObject({ code: "RENDER_TIMEOUT" });
  });

  it("makes a timeout of whatever fails once it is over", async () => {
    const cause = new Error("libvips was told to stop");
    const late = within(0.02, async () => {
      // Holds the event loop, so that the work fails before the timer has its turn.
      const until = performance.now() + 40;
      while (performance.now() < until);
      throw cause;
    });
    await expect(late).rejects.toMatchObject({ code: "RENDER_TIMEOUT", cause });
  });

  it("leaves results and failures within it as they are", async () => {
    await expect(within(5, async (run) => (await run(scene(40, 30).png())).info)).resolves.toMatchObject({
      width: 40,
      height: 30,
    });
    const failure = new ImgsealError("SOURCE_UNREADABLE", "broken");
    await expect(within(5, () => Promise.reject(failure))).rejects.toBe(failure);
  });

  it.each([
    ["succeeds", (done: { resolve: (value: string) => void }) => done.resolve("late")],
    ["fails", (done: { reject: (cause: Error) => void }) => done.reject(new Error("late"))],
  ])("tells when work that was given up is over: when it %s", async (_, finish) => {
    let settle = { resolve: (_value: string) => {}, reject: (_cause: Error) => {} };
    const work = new Promise<string>((resolve, reject) => {
      settle = { resolve, reject };
    });
    const failure = await within(0.02, () => work).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: "RENDER_TIMEOUT" });
    let isOver = false;
    const over = untilOver(failure).then(() => {
      isOver = true;
    });
    await pause(40);
    expect(isOver).toBe(false);
    finish(settle);
    await over;
  });

  it("has nothing to wait for after any other failure", async () => {
    await expect(untilOver(new ImgsealError("SOURCE_UNREADABLE", "broken"))).resolves.toBeUndefined();
    await expect(untilOver("not an error")).resolves.toBeUndefined();
  });
});

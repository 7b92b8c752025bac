import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { ImgsealError } from "../../src/errors.ts";
import { render } from "../../src/images/render.ts";
import { untilOver } from "../../src/images/time-budget.ts";
import { createRenderQueue } from "../../src/local/render-queue.ts";
import { makeObject } from "../fixtures/memory-store.ts";
import { noise } from "../fixtures/pictures.ts";
import { makeTable, thumb } from "../fixtures/presets.ts";
import { signedTarget, startTestService } from "../fixtures/service.ts";
import { limits, preset } from "../images/presets.ts";

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** An AVIF that takes its encoder about a second, and is given up long before. */
const slowAvif = preset({ effort: { avif: 4 }, formats: ["avif"] });
const impatient = { ...limits, renderSeconds: 0.15 };
const slowSource = noise(400, 300).png().toBuffer();

/** How many pictures libvips is at work on. */
const running = () => sharp.counters().process;

describe("the render queue", () => {
  it("runs as many at once as it has places, and the others in their order", async () => {
    const schedule = createRenderQueue({ concurrency: 2, maxWaiting: 10 });
    const begun: number[] = [];
    let most = 0;
    let now = 0;
    await Promise.all(
      [1, 2, 3, 4, 5].map((n) =>
        schedule(async () => {
          begun.push(n);
          most = Math.max(most, ++now);
          await pause(10);
          now--;
        }),
      ),
    );
    expect([most, begun]).toEqual([2, [1, 2, 3, 4, 5]]);
  });

  it("refuses at once what is beyond those that may wait", async () => {
    const schedule = createRenderQueue({ concurrency: 1, maxWaiting: 1 });
    const accepted = [schedule(() => pause(10)), schedule(() => pause(10))];
    await expect(schedule(() => pause(10))).rejects.toMatchObject({
      code: "OVERLOADED",
      message: "1 renders are running and 1 are waiting",
    });
    await Promise.all(accepted);
  });

  it("hands on results and failures, and goes on after them", async () => {
    const schedule = createRenderQueue({ concurrency: 1, maxWaiting: 10 });
    const failure = new ImgsealError("SOURCE_UNREADABLE", "broken");
    await expect(schedule(() => Promise.reject(failure))).rejects.toBe(failure);
    await expect(schedule(async () => "made")).resolves.toBe("made");
  });

  it("answers a render that ran out of time at once, and keeps its place until libvips is done", async () => {
    const source = await slowSource;
    const schedule = createRenderQueue({ concurrency: 1, maxWaiting: 10 });
    const late = schedule(() => render(source, slowAvif, { format: "avif" }, impatient));
    const next = schedule(async () => running());
    await expect(late).rejects.toMatchObject({ code: "RENDER_TIMEOUT" });
    expect(running()).toBe(1);
    expect(await next).toBe(0);
  });

  it("lets the other places go on meanwhile", async () => {
    const source = await slowSource;
    const schedule = createRenderQueue({ concurrency: 2, maxWaiting: 10 });
    const late = schedule(() => render(source, slowAvif, { format: "avif" }, impatient));
    const failure = await late.catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: "RENDER_TIMEOUT" });
    expect(await schedule(async () => running())).toBe(1);
    expect(await schedule(async () => running())).toBe(1);
    await untilOver(failure);
    expect(running()).toBe(0);
  });
});

describe("the room that is lent for a source", () => {
  const megabyte = 1024 * 1024;
  const queueOf = (concurrency: number) => createRenderQueue({ concurrency, maxWaiting: 10 });
  const sharesMemory = (a: Buffer, b: Buffer) => a.buffer === b.buffer;

  it("holds what was asked for, and is lent again after a render that went well", async () => {
    const schedule = queueOf(1);
    const first = await schedule(async (room) => room(1_000_000));
    const second = await schedule(async (room) => room(10));
    const larger = await schedule(async (room) => room(3 * megabyte));
    const smaller = await schedule(async (room) => room(2 * megabyte));
    expect([first.length >= 1_000_000, larger.length >= 3 * megabyte]).toEqual([true, true]);
    expect([sharesMemory(first, second), sharesMemory(larger, smaller)]).toEqual([true, true]);
  });

  it("is never lent to two at once", async () => {
    const schedule = queueOf(3);
    const lent = await Promise.all(
      [1, 2, 3].map(() =>
        schedule(async (room) => {
          const buffer = room(1_000);
          await pause(5);
          return buffer.buffer;
        }),
      ),
    );
    expect(new Set(lent).size).toBe(3);
  });

  it("is given up after a failure", async () => {
    const schedule = queueOf(1);
    let failed: Buffer | undefined;
    const failing = schedule(async (room) => {
      failed = room(1_000);
      throw new ImgsealError("SOURCE_UNREADABLE", "broken");
    });
    await expect(failing).rejects.toMatchObject({ code: "SOURCE_UNREADABLE", message: "broken" });
    const next = await schedule(async (room) => room(1_000));
    expect(failed !== undefined && sharesMemory(failed, next)).toBe(false);
  });

  it("is given up after a render that ran out of time, which libvips may still be reading for", async () => {
    const source = await slowSource;
    const schedule = queueOf(2);
    let lent: Buffer | undefined;
    const late = schedule(async (room) => {
      lent = room(source.length);
      source.copy(lent);
      return render(lent.subarray(0, source.length), slowAvif, { format: "avif" }, impatient);
    });
    const failure = await late.catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: "RENDER_TIMEOUT" });
    const during = await schedule(async (room) => room(source.length));
    await untilOver(failure);
    const after = await schedule(async (room) => room(source.length));
    expect([during, after].map((next) => lent !== undefined && sharesMemory(lent, next))).toEqual([
      false,
      false,
    ]);
  });

  it("is not kept for a giant", async () => {
    const schedule = queueOf(1);
    const giant = await schedule(async (room) => room(30 * megabyte));
    const next = await schedule(async (room) => room(1_000));
    expect(giant.length).toBe(30 * megabyte);
    expect(sharesMemory(giant, next)).toBe(false);
    expect(next.length).toBeLessThan(2 * megabyte);
  });
});

it("holds in the service: a picture behind one that ran out of time waits for libvips", async () => {
  const slow = { ...slowAvif, name: "slow", revision: "0123456789ab" };
  const service = await startTestService({
    table: makeTable([thumb, slow], { limits: impatient }),
    // One place, on any machine.
    processes: 1_000,
  });
  const source = await slowSource;
  for (const key of ["a.png", "b.png"]) service.sources.objects.set(key, makeObject(source));
  const runningAtRead: number[] = [];
  service.sources.before = (operation) => {
    if (operation === "read") runningAtRead.push(running());
  };
  const late = await service.get(signedTarget({ preset: "slow", source: "a.png" }));
  await service.get(signedTarget({ preset: "thumb", source: "b.png" }));
  expect([late.status, runningAtRead]).toEqual([504, [0, 0]]);
  await service.close(1_000);
});

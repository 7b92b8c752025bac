/** The time that one render may take, all its decodes and encodes together. */

import type { OutputInfo, Sharp } from "sharp";
import { ImgsealError } from "../errors.ts";

/** Runs a pipeline for as long as there is time left. */
export type Run = (image: Sharp) => Promise<{ readonly data: Buffer; readonly info: OutputInfo }>;

// Of work that was given up before it was over; held by the rejections, so that nothing has to be cleared away.
const endings = new WeakMap<Error, Promise<void>>();

/**
 * Resolves when nothing runs any more of the render that failed so: at once, unless it is a RENDER_TIMEOUT.
 *
 * Until then it has a core and its memory, whoever has been answered in the meantime.
 */
export async function untilOver(failure: unknown): Promise<void> {
  if (failure instanceof Error) await endings.get(failure);
}

/**
 * Does the work, or rejects once the seconds have passed; `untilOver` tells when the work has really ended.
 *
 * The clock decides what a timeout is: sharp's own error for it differs from others in nothing but its text. sharp is
 * told the time as well, so that libvips stops; it knows whole seconds, and looks up only between pieces of a picture
 * (never inside an AVIF encoder), which is why its answer is not waited for.
 *
 * @throws ImgsealError RENDER_TIMEOUT
 */
export async function within<Result>(seconds: number, work: (run: Run) => Promise<Result>): Promise<Result> {
  const endsAt = performance.now() + seconds * 1000;
  const isOver = () => performance.now() >= endsAt;
  const timeout = (cause?: unknown) =>
    new ImgsealError("RENDER_TIMEOUT", `rendering took longer than ${seconds} s`, { cause });

  const run: Run = async (image) => {
    if (isOver()) throw timeout();
    const wholeSeconds = Math.ceil((endsAt - performance.now()) / 1000);
    return image.timeout({ seconds: Math.max(1, wholeSeconds) }).toBuffer({ resolveWithObject: true });
  };

  let timer: NodeJS.Timeout | undefined;
  const result = work(run);
  const timeUp = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const failure = timeout();
      endings.set(failure, ended(result));
      reject(failure);
    }, seconds * 1000);
  });
  try {
    return await Promise.race([result, timeUp]);
  } catch (error) {
    const isTimeout = error instanceof ImgsealError && error.code === "RENDER_TIMEOUT";
    throw isOver() && !isTimeout ? timeout(error) : error;
  } finally {
    clearTimeout(timer);
  }
}

async function ended(work: Promise<unknown>): Promise<void> {
  await Promise.allSettled([work]);
}

/** The time that one render may take, all its decodes and encodes together. */

import type { OutputInfo, Sharp } from "sharp";
import { ImgsealError } from "../errors.ts";

/** Runs a pipeline for as long as there is time left. */
export type Run = (image: Sharp) => Promise<{ readonly data: Buffer; readonly info: OutputInfo }>;

/**
 * Does the work, or rejects once the seconds have passed.
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
  const timeUp = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(timeout()), seconds * 1000);
  });
  try {
    return await Promise.race([work(run), timeUp]);
  } catch (error) {
    throw isOver() ? timeout(error) : error;
  } finally {
    clearTimeout(timer);
  }
}

/** Source bytes and a preset in, a rendition out: all of this room that the edge sees. */

import type { OutputInfo, Sharp } from "sharp";
import { ImgsealError } from "../errors.ts";
import type { ImageFormat, Preset, SourceLimits } from "../presets/table.ts";
import { contentTypes, type Variant } from "../presets/variant.ts";
import { checkEncoded, encoders, isLarge, startQuality } from "./encode.ts";
import { fitQuality } from "./fit-quality.ts";
import { hold, mustHold, reopen } from "./held-pixels.ts";
import { inspect, open } from "./limits.ts";
import { outputSize, type Size } from "./output-size.ts";
import { type Job, steps } from "./steps.ts";
import { type Run, within } from "./time-budget.ts";

export interface Rendition {
  readonly body: Buffer;
  readonly format: ImageFormat;
  readonly contentType: string;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  /** The quality of the encode that was chosen; absent for formats without one and for lossless ones. */
  readonly quality?: number;
  readonly encodes: number;
  /** Whether `body` keeps to the preset's maxBytes; what follows when it does not is the caller's business. */
  readonly fits: boolean;
}

/**
 * Renders one variant of a source picture, upright and in sRGB; equal arguments give equal bytes.
 *
 * @throws ImgsealError SOURCE_TOO_LARGE, SOURCE_TYPE_REFUSED, SOURCE_UNREADABLE when the source is to blame;
 *   RENDITION_TOO_LARGE when the format or the pixel limit cannot hold the size that follows from the preset;
 *   RENDER_TIMEOUT after limits.renderSeconds, all encodes together; RENDER_FAILED for everything else
 */
export async function render(
  source: Uint8Array,
  preset: Preset,
  variant: Pick<Variant, "width" | "dpr" | "format">,
  limits: SourceLimits,
): Promise<Rendition> {
  const { format } = variant;
  if (format === "json") throw new ImgsealError("RENDER_FAILED", "expected an image format, received json");
  return within(limits.renderSeconds, async (run) => {
    const { facts, image } = await inspect(source, limits);
    const job: Job = { preset, variant, format, source: facts };
    const size = outputSize(preset, variant, job.source);
    refuseOversize(size, format, limits);
    const opened = [image];
    const openSource = () => opened.pop() ?? open(source, limits);
    const encoded = await encodeWithinBudget(job, size, openSource, run);
    checkEncoded(encoded, format, size);
    const { data: body, quality, encodes } = encoded;
    return {
      body,
      format,
      contentType: contentTypes[format],
      ...size,
      ...(quality !== undefined && { quality }),
      encodes,
      fits: body.length <= preset.maxBytes,
    };
  });
}

interface Encoded {
  readonly data: Buffer;
  readonly info: OutputInfo;
  readonly quality?: number | undefined;
  readonly encodes: number;
}

/**
 * Most renditions fit at once, so the first encode is one pipeline with the decoder: holding the pixels in between
 * would cost a sixth of the time of a JPEG. Only what comes out too large is decoded once more, and held; large pictures
 * are decoded for every encode instead.
 */
async function encodeWithinBudget(job: Job, size: Size, openSource: () => Sharp, run: Run): Promise<Encoded> {
  const { preset, format } = job;
  const encode = async (image: Sharp, quality: number | undefined) =>
    run(encoders[format].encode(image, preset, quality === undefined ? {} : { quality }, size));
  const prepare = () => applySteps(openSource(), job);
  const failed = (cause: unknown) =>
    new ImgsealError("RENDER_FAILED", `encoding ${format} failed`, { cause });

  const encodeAtOnce = (quality: number | undefined) =>
    encode(prepare(), quality).catch(async (cause: unknown) => {
      // The one pipeline does not say whether its decoder or its encoder failed; the decoder alone does.
      await holdPixels(prepare(), run);
      throw failed(cause);
    });

  let held: Promise<Buffer> | undefined;
  const encodeHeld = async (quality: number | undefined) => {
    held ??= holdPixels(prepare(), run);
    const pixels = await held;
    return encode(reopen(pixels, job), quality).catch((cause: unknown) => {
      throw failed(cause);
    });
  };

  const quality = startQuality(preset, format);
  const first = await (mustHold(job) ? encodeHeld(quality) : encodeAtOnce(quality));
  if (quality === undefined || first.data.length <= preset.maxBytes) return { ...first, quality, encodes: 1 };
  const encodeAgain = isLarge(size) && !mustHold(job) ? encodeAtOnce : encodeHeld;
  return fitQuality({ ...first, quality }, preset, encodeAgain);
}

/** sharp checks the figures of a step when it is told them, and works later, when it is asked for a result. */
function applySteps(image: Sharp, job: Job): Sharp {
  try {
    return steps.reduce((stepped, step) => step(stepped, job), image);
  } catch (cause) {
    throw new ImgsealError("RENDER_FAILED", `a step refuses the preset "${job.preset.name}"`, { cause });
  }
}

/** Runs the decoder and the steps alone. The figures of the steps are checked, so a failure is the decoder's. */
async function holdPixels(image: Sharp, run: Run): Promise<Buffer> {
  try {
    return (await run(hold(image))).data;
  } catch (cause) {
    throw new ImgsealError("SOURCE_UNREADABLE", "the source cannot be decoded to its end", { cause });
  }
}

/** A strip of 1x1000 pixels, drawn 8192 wide, would be 8 million high. */
function refuseOversize(size: Size, format: ImageFormat, limits: SourceLimits): void {
  const { maxSide } = encoders[format];
  const { width, height } = size;
  if (Math.max(width, height) > maxSide) {
    throw new ImgsealError(
      "RENDITION_TOO_LARGE",
      `the rendition would be ${width}x${height}, ${format} holds sides up to ${maxSide}`,
    );
  }
  if (width * height > limits.sourcePixels) {
    throw new ImgsealError(
      "RENDITION_TOO_LARGE",
      `the rendition would be ${width}x${height} = ${width * height} pixels, the limit is ${limits.sourcePixels}`,
    );
  }
}

/**
 * Every option of presets.yaml, once: what it takes, what it means and its neutral value.
 *
 * Types, messages, the editors' JSON Schema, the option tables in the docs and the revision all derive from here.
 */

import * as z from "zod";
import { choice, either, flag, integer, list, matching, quantity, text, worded } from "./kinds.ts";
import {
  aspectRatio,
  background,
  cache,
  dimension,
  dpr,
  effort,
  format,
  keyPrefix,
  origin,
  percent,
  position,
  presetNamePattern,
  quality,
} from "./values.ts";

export interface OptionFacts {
  /** For the docs and for an editor's hover. */
  readonly meaning: string;
  /** Another value gives other bytes, or other URLs for them, and so another revision. */
  readonly touchesBytes?: true;
  /**
   * What holds when the file does not say, as one would write it there, and what the revision leaves out; none when
   * only an absent option is neutral. Fixed for ever: another neutral value would roll every cache. A default that
   * has to move gets a fact of its own beside this one.
   */
  readonly neutral?: unknown;
}

/** The facts of every option, by its schema. */
export const optionFacts = z.registry<OptionFacts>();

function option<S extends z.ZodType>(schema: S, facts: OptionFacts): S {
  optionFacts.add(schema, facts);
  return schema;
}

function setting<S extends z.ZodType>(schema: S, value: z.input<S> & {}, meaning: string) {
  return option(schema.prefault(value), { meaning, neutral: value });
}

/** The options of one preset; `defaults` takes the same, less `extends` and `description`. */
export const optionShape = {
  description: option(text(200), { meaning: "What the preset is for; shown by `imgseal presets`." }),
  extends: option(matching("the name of a preset", presetNamePattern), {
    meaning: "The preset whose options this one starts from; what it states itself replaces them, whole.",
  }),
  access: option(choice("signed", "public"), {
    meaning:
      "`public` needs no signature: for crawlers and mail clients. Either way only declared variants exist.",
    neutral: "signed",
  }),
  sources: option(list(keyPrefix, { max: 100, what: "key prefixes" }), {
    meaning:
      "Which sources the preset serves: keys that begin with one of these (`photos/`). None: every source.",
  }),
  width: option(dimension(), {
    meaning:
      "In pixels. Without a height, the source's proportions decide it. With `widths`, the default among them.",
    touchesBytes: true,
  }),
  height: option(dimension(), {
    meaning: "In pixels. Without a width, the source's proportions decide it.",
    touchesBytes: true,
  }),
  aspectRatio: option(aspectRatio, {
    meaning: "Width to height: computes the side that is not given, for every one of `widths` too.",
    touchesBytes: true,
  }),
  widths: option(list(dimension(), { max: 32, what: "widths in pixels" }), {
    meaning: "The widths that `?w=` can ask for, for a `srcset` with `w` descriptors. Excludes `dprs`.",
    touchesBytes: true,
  }),
  dprs: option(list(dpr, { max: 10, what: "device pixel ratios" }), {
    meaning:
      "The device pixel ratios that `?dpr=` can ask for, 1 among them, for a `srcset` with `x` descriptors.",
    touchesBytes: true,
  }),
  fit: option(choice("cover", "contain", "fill", "inside", "outside"), {
    meaning:
      "How the picture meets a box with both sides: cut to fill it, padded, stretched, within it, or around it (sharp's words).",
    touchesBytes: true,
    neutral: "cover",
  }),
  position: option(position, {
    meaning:
      "What `cover` keeps and where `contain` puts it: a side, a corner, or `attention` and `entropy` (with `cover` only). No effect on other fits.",
    touchesBytes: true,
    neutral: "centre",
  }),
  background: option(background, {
    meaning: "Pads `contain`, and lies under transparent pictures in a format without alpha (jpeg).",
    touchesBytes: true,
    neutral: "white",
  }),
  withoutEnlargement: option(flag(), {
    meaning: "A source smaller than the box is not enlarged.",
    touchesBytes: true,
    neutral: true,
  }),
  formats: option(list(format, { max: 5, what: "formats (avif, webp, jpeg, png, gif)" }), {
    meaning:
      "In order of preference; the last is the fallback. avif and webp are sent only to clients that name them in Accept.",
    touchesBytes: true,
    neutral: ["avif", "webp", "jpeg"],
  }),
  quality: option(quality, {
    meaning: "Of lossy formats, one number or one for each. png and gif have none.",
    touchesBytes: true,
    neutral: { avif: 50, webp: 80, jpeg: 80 },
  }),
  minQuality: option(percent(), {
    meaning: "How far quality may go down to keep a rendition under `maxBytes`; at most `quality`.",
    touchesBytes: true,
    neutral: 40,
  }),
  effort: option(effort, {
    meaning:
      "Processor time spent on compression, one number or one for each format: avif and png 0 to 9, webp 0 to 6, gif 1 to 10. jpeg has none.",
    touchesBytes: true,
    neutral: { avif: 2, webp: 4, png: 7, gif: 7 },
  }),
  lossless: option(flag(), {
    meaning: "Encodes avif and webp without loss; jpeg has no such mode. `overflow` must be stated with it.",
    touchesBytes: true,
    neutral: false,
  }),
  progressive: option(flag(), {
    meaning: "Writes jpeg and png so that a coarse picture shows first.",
    touchesBytes: true,
    neutral: false,
  }),
  maxBytes: option(quantity("bytes", { min: 100, max: 780_000, example: "750kB" }), {
    meaning:
      "The byte budget of one rendition: what an edge function can answer with. Quality is stepped down to meet it.",
    touchesBytes: true,
    neutral: "750kB",
  }),
  overflow: option(choice("redirect", "refuse"), {
    meaning:
      "What happens over `maxBytes` at `minQuality`: stored and sent from the store after a redirect, or refused with 415. Must be stated when lossless, png or gif can be made.",
    touchesBytes: true,
    neutral: "redirect",
  }),
  metadata: option(choice("strip", "copyright", "keep"), {
    meaning:
      "What stays of the source's metadata: nothing, the EXIF tags Copyright and Artist, or EXIF and XMP, GPS positions included. IPTC never stays.",
    touchesBytes: true,
    neutral: "strip",
  }),
  cache: option(cache, {
    meaning:
      "How long browsers and edge keep an answer: a duration, or `maxAge` with an `edge` lifetime and `staleWhileRevalidate` apart.",
    neutral: "1d",
  }),
  download: option(flag(), {
    meaning: "Browsers save the picture under the source's name instead of showing it.",
    neutral: false,
  }),
};

export type OptionName = keyof typeof optionShape;

const absentByDefault = {
  description: true,
  extends: true,
  sources: true,
  width: true,
  height: true,
  aspectRatio: true,
  widths: true,
  dprs: true,
} as const;

/** The options that a preset states; any of them may be left to what it extends, to `defaults` or to the neutral value. */
const statedOptions = z.strictObject(optionShape).exactPartial();

export type StatedOptions = z.output<typeof statedOptions>;

/** A preset's options once every gap is filled. */
const resolvedOptions = z.strictObject(optionShape).exactPartial(absentByDefault);

export type ResolvedOptions = Omit<z.output<typeof resolvedOptions>, "extends">;

/** What every preset starts from. */
export const neutralOptions: ResolvedOptions = resolvedOptions.parse(
  Object.fromEntries(
    Object.entries(optionShape)
      .map(([name, schema]) => [name, optionFacts.get(schema)?.neutral])
      .filter(([, neutral]) => neutral !== undefined),
  ),
);

export const signingShape = {
  requireExpiry: setting(flag(), false, "Refuses signed URLs without an expiry."),
  maxLifetime: option(
    quantity("seconds", { min: 1, max: 315_360_000, example: "1h or 30d" }).exactOptional(),
    {
      meaning:
        "Refuses signed URLs whose expiry lies further ahead; those without one are up to `requireExpiry`.",
    },
  ),
};

export const limitsShape = {
  sourceBytes: setting(
    quantity("bytes", { min: 1, max: 500_000_000, example: "50MB" }),
    "50MB",
    "The largest source file.",
  ),
  sourcePixels: setting(
    quantity("pixels", { min: 1, max: 268_000_000, example: "20MP" }),
    "100MP",
    "The most pixels in one frame of a source, width times height.",
  ),
  sourceFrames: setting(
    integer(1, 100_000),
    1000,
    "The most frames in an animated source, of which the first is shown.",
  ),
  renderTime: setting(
    quantity("seconds", { min: 1, max: 25, example: "20s" }),
    "20s",
    "How long one rendering may take; CloudFront ends an origin event after 30 seconds.",
  ),
};

export const corsShape = {
  origins: option(
    either(
      '"*" (quoted) or a list of origins',
      z.literal("*"),
      list(origin, { max: 100, what: "origins" }),
    ).exactOptional(),
    {
      meaning:
        'Whose pages may read pixels through scripts: "*", or a list such as [https://www.example.com]. None: nobody\'s.',
    },
  ),
};

const { extends: _extends, description: _description, ...defaultsShape } = optionShape;

const statedDefaults = z.strictObject(defaultsShape).exactPartial();

/** The whole file. */
export const fileSchema = worded(
  "a mapping with version and presets",
  z.strictObject({
    version: option(worded("1", z.literal(1)), { meaning: "The version of this file's grammar: 1." }),
    signing: option(worded("a mapping", z.strictObject(signingShape)).prefault({}), {
      meaning: "What signed URLs must satisfy.",
    }),
    limits: option(worded("a mapping", z.strictObject(limitsShape)).prefault({}), {
      meaning:
        "Which sources and renderings are refused. They decide whether there is a picture, never which.",
    }),
    cors: option(worded("a mapping", z.strictObject(corsShape)).prefault({}), {
      meaning: "Whose web pages may read pixels.",
    }),
    defaults: option(worded("a mapping of options", statedDefaults).prefault({}), {
      meaning: "Options that every preset starts from.",
    }),
    presets: option(
      worded(
        "a mapping from names to options",
        z.record(z.string(), worded("a mapping of options", statedOptions)),
      ),
      { meaning: "The presets by name." },
    ),
  }),
);

export type CheckedFile = z.output<typeof fileSchema>;

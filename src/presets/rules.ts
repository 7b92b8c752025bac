/** The rules between options, checked on what a preset has ended up with. */

import { geometryOf, qualityOf } from "./derived.ts";
import type { ResolvedPreset } from "./extends.ts";
import type { OptionName, ResolvedOptions } from "./schema.ts";
import type { Finding } from "./shape.ts";
import { declaredSelectors, targetBox } from "./table.ts";
import { effortRanges, maxDimension } from "./values.ts";
import { inWords } from "./words.ts";

interface Rule {
  /** What the rule is about. A message stands at the first of these that the preset states itself. */
  readonly options: readonly OptionName[];
  /** What is wrong, if something is. */
  readonly problem: (options: ResolvedOptions, preset: ResolvedPreset) => string | undefined;
}

const rules: readonly Rule[] = [
  {
    options: ["aspectRatio", "height", "width"],
    problem: ({ aspectRatio, width, height }) =>
      when(
        aspectRatio !== undefined && width !== undefined && height !== undefined,
        "width, height and aspectRatio are one too many: two of them give the third",
      ),
  },
  {
    options: ["dprs", "widths"],
    problem: ({ widths, dprs }) =>
      when(
        widths !== undefined && dprs !== undefined,
        "widths and dprs exclude each other: a srcset has w descriptors or x descriptors",
      ),
  },
  {
    options: ["height", "widths", "width"],
    problem: ({ widths, width, height }) =>
      when(
        widths !== undefined && height !== undefined && width === undefined,
        'a height cannot be the same for all widths: use aspectRatio (such as "16:9") instead',
      ),
  },
  {
    options: ["aspectRatio", "width", "height", "widths"],
    problem: ({ aspectRatio, width, height, widths }) =>
      when(
        aspectRatio !== undefined && (width ?? height ?? widths) === undefined,
        "an aspectRatio needs a width, a height or widths to compute the other side from",
      ),
  },
  {
    options: ["dprs", "width", "height"],
    problem: ({ dprs, width, height }) =>
      when(
        dprs !== undefined && (width ?? height) === undefined,
        "dprs need a width or a height to multiply",
      ),
  },
  {
    options: ["dprs"],
    problem: ({ dprs }) => when(dprs?.includes(1) === false, "dprs must contain 1, the ordinary screen"),
  },
  {
    options: ["widths", "dprs", "aspectRatio", "width", "height"],
    problem: tooLarge,
  },
  {
    options: ["minQuality", "quality", "formats"],
    problem: ({ minQuality, ...options }, { origins }) => {
      const [format, quality] =
        Object.entries(qualityOf(options)).find(([, value]) => value < minQuality) ?? [];
      return when(
        quality !== undefined && origins.minQuality !== undefined,
        `minQuality ${minQuality} is above the quality of ${format}, ${quality}`,
      );
    },
  },
  {
    options: ["overflow", "lossless", "formats"],
    problem: ({ formats, lossless }, { origins }) => {
      const exact = formats.filter(
        (format) => format === "png" || format === "gif" || (lossless && format !== "jpeg"),
      );
      return when(
        exact.length > 0 && origins.overflow === undefined,
        `${inWords(exact, "and")} cannot be stepped down in quality to fit maxBytes: state overflow, redirect or refuse`,
      );
    },
  },
  {
    options: ["lossless", "formats"],
    problem: ({ formats, lossless }) =>
      when(lossless && formats.join() === "jpeg", "jpeg has no lossless mode: offer webp, avif or png"),
  },
  {
    options: ["position", "fit"],
    problem: ({ position, fit }) =>
      when(
        (position === "attention" || position === "entropy") && fit !== "cover",
        `position ${position} works with fit cover only, not with ${fit}`,
      ),
  },
  { options: ["quality", "formats"], problem: namesFormatsInVain("quality") },
  { options: ["effort", "formats"], problem: namesFormatsInVain("effort") },
  {
    options: ["effort", "formats"],
    problem: ({ effort, formats }) => {
      if (typeof effort !== "number") return undefined;
      const ranges = Object.entries(effortRanges).filter(([format]) => formats.some((own) => own === format));
      const [format, range] = ranges.find(([, [least, most]]) => effort < least || effort > most) ?? [];
      return range && `effort ${effort} is out of range for ${format}, which takes ${range.join(" to ")}`;
    },
  },
];

/**
 * What is wrong with a preset as a whole.
 *
 * @param unsound paths of options that are wrong by themselves: no rule judges by them
 */
export function checkRules(preset: ResolvedPreset, unsound: ReadonlySet<string>): Finding[] {
  const { name, chain, origins } = preset;
  const own = `presets.${name}`;
  const blocks = ["defaults", ...chain.map((link) => `presets.${link}`)];
  return rules.flatMap(({ options, problem }) => {
    if (options.some((option) => blocks.some((block) => unsound.has(`${block}.${option}`)))) return [];
    const place = options.find((option) => origins[option] === own);
    // What a preset takes over unchanged has been told at the preset that it is taken from.
    if (place === undefined && chain.length > 1) return [];
    const message = problem(preset.options, preset);
    if (message === undefined) return [];
    const inherited = options.filter((option) => origins[option] !== undefined && origins[option] !== own);
    const sources = inherited.map((option) => `${option} comes from ${origins[option]}`);
    return {
      path: ["presets", name, ...(place === undefined ? [] : [place])],
      part: place === undefined ? "key" : "value",
      message: sources.length === 0 ? message : `${message} (${sources.join(", ")})`,
    } satisfies Finding;
  });
}

function when(isWrong: boolean, message: string): string | undefined {
  return isWrong ? message : undefined;
}

function tooLarge(options: ResolvedOptions): string | undefined {
  const geometry = geometryOf(options);
  for (const selector of declaredSelectors(geometry)) {
    const box = targetBox(geometry, selector);
    const side = (["width", "height"] as const).find((name) => (box[name] ?? 0) > maxDimension);
    if (side !== undefined) {
      const at = selector.dpr === undefined ? "" : ` at dpr ${selector.dpr}`;
      return `the ${side} becomes ${box[side]} pixels${at}, at most ${maxDimension} are allowed`;
    }
  }
  return undefined;
}

function namesFormatsInVain(option: "quality" | "effort"): Rule["problem"] {
  return (options, { origins, name }) => {
    const value = options[option];
    // Taken over, a mapping may well say more than this preset offers.
    if (typeof value === "number" || origins[option] !== `presets.${name}`) return undefined;
    const idle = Object.keys(value).filter((format) => !options.formats.some((own) => own === format));
    return when(
      idle.length > 0,
      `${option} names ${inWords(idle, "and")}, but formats offers ${inWords(options.formats, "and")} only`,
    );
  };
}

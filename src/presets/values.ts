/** The values of presets.yaml that are more than a number or a word: how each is written, and how it is held. */

import * as z from "zod";
import { choice, converted, either, integer, perFormat, quantity, worded } from "./kinds.ts";
import { quantitySpellings } from "./units.ts";

/** In pixels, after dpr. */
export const maxDimension = 8192;

/** What a preset may be called (urls.md, "Public URL"). */
export const presetNamePattern = /^[a-z][a-z0-9-]{0,31}$/;

const colourNames: Readonly<Record<string, string>> = {
  white: "#ffffffff",
  black: "#000000ff",
  transparent: "#00000000",
};
const gravities = "centre north northeast east southeast south southwest west northwest".split(" ");
// sharp takes all of these; a synonym is held as the gravity it stands for, so that both share a revision.
const gravityOf: Readonly<Record<string, string>> = {
  center: "centre",
  top: "north",
  "right top": "northeast",
  right: "east",
  "right bottom": "southeast",
  bottom: "south",
  "left bottom": "southwest",
  left: "west",
  "left top": "northwest",
};

const maxCacheSeconds = { min: 0, max: 31_536_000, example: "1h or 30d" };

export const dimension = () => integer(1, maxDimension);
export const percent = () => integer(1, 100);
const lifetime = () => quantity("seconds", maxCacheSeconds);
export const format = choice("avif", "webp", "jpeg", "png", "gif");

/** The formats with a quality; png and gif have none. */
export const lossyFormats = ["avif", "webp", "jpeg"] as const;

export const quality = perFormat(percent(), { avif: percent(), webp: percent(), jpeg: percent() });

/** Least and most effort, for the formats that have one: sharp's `effort`, and for png zlib's level, since a palette is not meant. */
export const effortRanges = { avif: [0, 9], webp: [0, 6], png: [0, 9], gif: [1, 10] } as const;

export const effort = perFormat(integer(0, 10), {
  avif: integer(...effortRanges.avif),
  webp: integer(...effortRanges.webp),
  png: integer(...effortRanges.png),
  gif: integer(...effortRanges.gif),
});

export const dpr = worded(
  "a number from 1 to 9.99 with at most two decimals",
  // What the grammar of `dpr` in a URL can spell.
  z
    .number()
    .min(1)
    .max(9.99)
    .refine((value) => /^[1-9](\.[0-9]{1,2})?$/.test(String(value))),
);

export const aspectRatio = converted(
  either(
    'a ratio from 1:100 to 100:1 such as "16:9"',
    z.number(),
    z.string().regex(/^[0-9]{1,4}(\.[0-9]{1,3})?:[0-9]{1,4}(\.[0-9]{1,3})?$/),
  ),
  (written) => {
    const [width = Number.NaN, height = 1] = String(written).split(":").map(Number);
    const ratio = width / height;
    return ratio >= 0.01 && ratio <= 100 ? ratio : undefined;
  },
);

export const background = converted(
  worded(
    {
      // YAML takes an unquoted # for a comment.
      expected: 'white, black, transparent or a quoted colour such as "#fff", "#ffffff" or "#ffffff80"',
      candidates: () => Object.keys(colourNames),
    },
    z.string().regex(/^(?:#[0-9a-fA-F]{3}|#[0-9a-fA-F]{6}|#[0-9a-fA-F]{8}|white|black|transparent)$/),
  ),
  (written) => colourNames[written] ?? withAlpha(written.toLowerCase()),
);

export const position = converted(
  choice(...gravities, ...Object.keys(gravityOf), "attention", "entropy"),
  (written) => gravityOf[written] ?? written,
);

export const cache = converted(
  either(
    {
      expected: "a duration such as 1d, or a mapping with one or more of maxAge, edge, staleWhileRevalidate",
      candidates: (written) => quantitySpellings("seconds", written),
    },
    lifetime(),
    z.strictObject({
      maxAge: lifetime().prefault("1d"),
      edge: lifetime().exactOptional(),
      staleWhileRevalidate: lifetime().exactOptional(),
    }),
  ),
  (written) => (typeof written === "number" ? { maxAge: written } : written),
);

function withAlpha(colour: string): string {
  const digits = colour.length === 4 ? colour.slice(1).replaceAll(/./g, "$&$&") : colour.slice(1);
  return `#${digits.padEnd(8, "f")}`;
}

// Presets compare the first characters of a key with it, so it is not a whole key: it may end in `/` or within a name.
export const keyPrefix = worded(
  'the beginning of source keys such as "photos/", without a leading slash',
  z
    .string()
    .min(1)
    .max(850)
    .refine((prefix) => /^[^\\\p{Cc}]+$/u.test(prefix) && !/^\/|\/\/|(?:^|\/)\.{1,2}\//.test(prefix)),
);

// As browsers send it (RFC 6454 6.2): compared letter by letter, so a path or a trailing slash would never match.
export const origin = worded(
  'an origin such as "https://www.example.com", without a path',
  z.string().regex(/^https?:\/\/[a-z0-9.-]+(?::[0-9]{1,5})?$/),
);

/** Quantities as people write them (`750kB`, `20MP`, `30d`) and as whole bytes, pixels and seconds. */

type Units = Readonly<Record<string, number>>;

// By itself, so that a page that knows lifetimes alone carries no other unit.
const seconds = { s: 1, m: 60, h: 3_600, d: 86_400, y: 31_536_000 };

/** Largest unit last. Decimal prefixes: a quota of CloudFront's counts bytes, and `kB` is 1,000 of them (SI). */
const unitTable = {
  bytes: { B: 1, kB: 1_000, MB: 1_000_000, GB: 1_000_000_000 },
  pixels: { MP: 1_000_000 },
  seconds,
} as const satisfies Record<string, Units>;

export type QuantityKind = keyof typeof unitTable;

/** The texts that `parseQuantity` takes, as a regular expression that JSON Schema can carry. */
export function quantityPattern(kind: QuantityKind): RegExp {
  return patternOf(unitTable[kind]);
}

/** Whole bytes, pixels or seconds; a number is one already. `undefined` when it is not a quantity of that kind. */
export function parseQuantity(kind: QuantityKind, written: string | number): number | undefined {
  if (typeof written !== "number") return parseText(unitTable[kind], written);
  return Number.isSafeInteger(written) && written >= 0 ? written : undefined;
}

/** The whole seconds that a text such as `90s` or `1.5h` says. */
export function parseSeconds(text: string): number | undefined {
  return parseText(seconds, text);
}

/** The spellings with each unit of the number that a text begins with: what somebody may have meant by it. */
export function quantitySpellings(kind: QuantityKind, text: string): string[] {
  const [number] = /^[0-9.]+/.exec(text) ?? [];
  return number === undefined ? [] : Object.keys(unitTable[kind]).map((unit) => `${number}${unit}`);
}

/** The shortest exact spelling: in the largest unit that divides the value and takes twelve digits, else the plain number. */
export function formatQuantity(kind: QuantityKind, value: number): string {
  const unit = Object.entries(unitTable[kind]).findLast(
    ([, size]) => value % size === 0 && value >= size && value / size < 1e12,
  );
  return unit === undefined ? String(value) : `${value / unit[1]}${unit[0]}`;
}

function patternOf(units: Units): RegExp {
  // Three decimals: as many as the smallest prefix, 1,000, can hold. Beside more than twelve digits a double loses them.
  return new RegExp(`^([0-9]{1,12})(?:\\.([0-9]{1,3}))?(${Object.keys(units).join("|")})$`);
}

function parseText(units: Units, text: string): number | undefined {
  const [, whole, decimals = "", unit = ""] = patternOf(units).exec(text) ?? [];
  const size = units[unit];
  if (size === undefined) return undefined;
  // The decimals apart, as whole thousandths: 1.1 * 1,000,000 is not a whole number.
  const value = Number(whole) * size + (Number(decimals.padEnd(3, "0")) * size) / 1_000;
  return Number.isSafeInteger(value) ? value : undefined;
}

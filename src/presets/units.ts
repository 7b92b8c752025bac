/** Quantities as people write them (`750kB`, `20MP`, `30d`) and as whole bytes, pixels and seconds. */

/** Largest unit last. Decimal prefixes: a quota of CloudFront's counts bytes, and `kB` is 1,000 of them (SI). */
const unitTable = {
  bytes: { B: 1, kB: 1_000, MB: 1_000_000, GB: 1_000_000_000 },
  pixels: { MP: 1_000_000 },
  seconds: { s: 1, m: 60, h: 3_600, d: 86_400, y: 31_536_000 },
} as const satisfies Record<string, Record<string, number>>;

export type QuantityKind = keyof typeof unitTable;

/** The texts that `parseQuantity` takes, as a regular expression that JSON Schema can carry. */
export function quantityPattern(kind: QuantityKind): RegExp {
  // Three decimals: as many as the smallest prefix, 1,000, can hold.
  return new RegExp(`^([0-9]{1,12})(?:\\.([0-9]{1,3}))?(${Object.keys(unitTable[kind]).join("|")})$`);
}

/** Whole bytes, pixels or seconds; a number is one already. `undefined` when it is not a quantity of that kind. */
export function parseQuantity(kind: QuantityKind, written: string | number): number | undefined {
  const value = typeof written === "number" ? written : parseText(kind, written);
  return value !== undefined && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}

/** The spellings with each unit of the number that a text begins with: what somebody may have meant by it. */
export function quantitySpellings(kind: QuantityKind, text: string): string[] {
  const [number] = /^[0-9.]+/.exec(text) ?? [];
  return number === undefined ? [] : Object.keys(unitTable[kind]).map((unit) => `${number}${unit}`);
}

/** The shortest exact spelling: in the largest unit that divides the value, else the plain number. */
export function formatQuantity(kind: QuantityKind, value: number): string {
  const unit = Object.entries(unitTable[kind]).findLast(([, size]) => value % size === 0 && value >= size);
  return unit === undefined ? String(value) : `${value / unit[1]}${unit[0]}`;
}

function parseText(kind: QuantityKind, text: string): number | undefined {
  const [, whole, decimals = "", name] = quantityPattern(kind).exec(text) ?? [];
  const unit = Object.entries(unitTable[kind]).find(([unitName]) => unitName === name);
  if (unit === undefined) return undefined;
  const [, size] = unit;
  // The decimals apart, as whole thousandths: 1.1 * 1,000,000 is not a whole number.
  return Number(whole) * size + (Number(decimals.padEnd(3, "0")) * size) / 1_000;
}

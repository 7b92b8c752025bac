import fc from "fast-check";
import { expect, test } from "vitest";
import { formatQuantity, parseQuantity, type QuantityKind } from "../../src/presets/units.ts";

const kinds = fc.constantFrom<QuantityKind>("bytes", "pixels", "seconds");

test.each([
  ["bytes", "750kB", 750_000],
  ["bytes", "1MB", 1_000_000],
  ["bytes", "1.1MB", 1_100_000],
  ["bytes", "2GB", 2_000_000_000],
  ["bytes", "12B", 12],
  ["pixels", "20MP", 20_000_000],
  ["pixels", "0.5MP", 500_000],
  ["seconds", "30s", 30],
  ["seconds", "15m", 900],
  ["seconds", "1.5h", 5_400],
  ["seconds", "30d", 2_592_000],
  ["seconds", "1y", 31_536_000],
  ["seconds", 90, 90],
  ["bytes", 9_007_199_254_740_991, Number.MAX_SAFE_INTEGER],
] as const)("reads %s written %s as %i", (kind, written, value) => {
  expect(parseQuantity(kind, written)).toBe(value);
});

test.each([
  ["bytes", "750KB"],
  ["bytes", "750 kB"],
  ["bytes", "750"],
  ["bytes", "0.5B"],
  ["bytes", "-1kB"],
  ["bytes", "1e3kB"],
  ["bytes", "kB"],
  ["bytes", 1.5],
  ["bytes", -1],
  ["bytes", Number.POSITIVE_INFINITY],
  ["pixels", "20MB"],
  ["seconds", "1w"],
  ["seconds", "1.001s"],
  ["seconds", "999999999999y"],
  ["seconds", "1000000000000s"],
  ["bytes", "9007199254740990.5B"],
  ["bytes", "999999999999.001B"],
] as const)("does not take %s written %s", (kind, written) => {
  expect(parseQuantity(kind, written)).toBeUndefined();
});

test("writes the largest unit that divides a value", () => {
  expect(formatQuantity("bytes", 750_000)).toBe("750kB");
  expect(formatQuantity("bytes", 750_001)).toBe("750001B");
  expect(formatQuantity("pixels", 100_000_000)).toBe("100MP");
  expect(formatQuantity("pixels", 500_000)).toBe("500000");
  expect(formatQuantity("seconds", 604_800)).toBe("7d");
  expect(formatQuantity("seconds", 0)).toBe("0");
  expect(formatQuantity("seconds", 1e12)).toBe("1000000000000");
});

test("reads back every value that it writes", () => {
  fc.assert(
    fc.property(kinds, fc.maxSafeNat(), (kind, value) => {
      const written = formatQuantity(kind, value);
      expect(parseQuantity(kind, /^\d+$/.test(written) ? Number(written) : written)).toBe(value);
    }),
  );
});

test("reads decimals exactly", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 999_999_999 }), (thousandths) => {
      const digits = String(thousandths).padStart(4, "0");
      expect(parseQuantity("bytes", `${digits.slice(0, -3)}.${digits.slice(-3)}kB`)).toBe(thousandths);
    }),
  );
});

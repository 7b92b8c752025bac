import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fitQuality } from "../../src/images/fit-quality.ts";

/** An encoder that is known through and through. */
async function search(
  sizes: (quality: number) => number,
  from: number,
  minQuality: number,
  maxBytes: number,
) {
  const tried: number[] = [];
  const result = await fitQuality(
    { data: { length: sizes(from) }, quality: from },
    { minQuality, maxBytes },
    async (quality) => {
      tried.push(quality);
      return { data: { length: sizes(quality) } };
    },
  );
  return { ...result, tried };
}

const exponential = (quality: number) => Math.round(1_000 * Math.exp(quality / 25));

describe("the search for a quality", () => {
  it("finds the highest that fits where bytes grow as expected", async () => {
    for (let wanted = 41; wanted < 80; wanted++) {
      const { quality } = await search(exponential, 80, 40, exponential(wanted));
      expect(quality).toBe(wanted);
    }
  });

  it("says no sooner than at the lowest quality, and then keeps the first attempt", async () => {
    const result = await search(exponential, 80, 40, exponential(40) - 1);
    expect(result).toMatchObject({ quality: 80, encodes: 2, tried: [40] });
  });

  it("has nothing to try at the lowest quality", async () => {
    expect(await search(exponential, 40, 40, 10)).toMatchObject({ quality: 40, encodes: 1, tried: [] });
  });

  it("tries at most four more times, never out of range, never twice the same, and keeps what fits", async () => {
    const growth = fc.array(fc.integer({ min: 0, max: 500 }), { minLength: 101, maxLength: 101 });
    const scenario = fc.record({
      growth,
      min: fc.integer({ min: 1, max: 60 }),
      span: fc.integer({ min: 1, max: 40 }),
      share: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
    });
    await fc.assert(
      fc.asyncProperty(scenario, async ({ growth, min, span, share }) => {
        const sums = growth.map((_, index) => 100 + growth.slice(0, index + 1).reduce((a, b) => a + b, 0));
        const sizes = (quality: number) => sums[quality] ?? Number.NaN;
        const from = min + span;
        const maxBytes = Math.floor(sizes(min) + share * (sizes(from) - sizes(min)));
        fc.pre(sizes(from) > maxBytes);
        const { quality, data, encodes, tried } = await search(sizes, from, min, maxBytes);
        expect(encodes).toBe(tried.length + 1);
        expect(encodes).toBeLessThanOrEqual(5);
        expect(new Set([...tried, from]).size).toBe(encodes);
        for (const each of tried) expect(each >= min && each < from).toBe(true);
        expect(data.length).toBeLessThanOrEqual(maxBytes);
        // The best of all that were tried.
        expect(quality).toBe(Math.max(...tried.filter((each) => sizes(each) <= maxBytes)));
      }),
    );
  });

  it("halts where an encoder gives more bytes for less quality", async () => {
    const odd = (quality: number) => (quality === 80 ? 1_000 : quality % 2 === 0 ? 600 : 1_400);
    const { encodes, data } = await search(odd, 80, 40, 700);
    expect(encodes).toBeLessThanOrEqual(5);
    expect(data.length).toBe(600);
  });
});

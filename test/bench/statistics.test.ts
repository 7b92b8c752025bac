import { describe, expect, it } from "vitest";
import { hold } from "./contest.ts";
import { judge, quartiles, spread } from "./statistics.ts";

describe("quartiles", () => {
  it("lie between neighbours, whatever the order", () => {
    expect(quartiles([4, 1, 3, 2])).toEqual({ lower: 1.75, median: 2.5, upper: 3.25 });
  });

  it("of one value are that value", () => {
    expect(quartiles([7])).toEqual({ lower: 7, median: 7, upper: 7 });
  });
});

describe("spread", () => {
  it("is the distance of the farther quartile from 1", () => {
    expect(spread({ lower: 0.9, median: 1, upper: 1.02 })).toBeCloseTo(0.1);
    expect(spread({ lower: 1.01, median: 1.02, upper: 1.04 })).toBeCloseTo(0.04);
  });
});

describe("a limit", () => {
  it("is held from the limit on, and missed before it", () => {
    expect(judge({ atLeast: 0.95 }, 0.95, 0.01)).toBe("held");
    expect(judge({ atLeast: 0.95 }, 0.949, 0.01)).toBe("missed");
    expect(judge({ atMost: 1.05 }, 1.05, 0.01)).toBe("held");
    expect(judge({ atMost: 1.05 }, 1.051, 0.01)).toBe("missed");
  });

  it("is not judged where the same thing differs from itself by more than the room that the limit leaves", () => {
    expect(judge({ atMost: 1.05 }, 1.0, 0.06)).toBe("inconclusive");
    expect(judge({ atMost: 1.05 }, 1.1, 0.06)).toBe("inconclusive");
    expect(judge({ atLeast: 3 }, 6.0, 0.06)).toBe("held");
  });

  it("is missed by more than that difference on any machine", () => {
    expect(judge({ atMost: 1.05 }, 1.12, 0.06)).toBe("missed");
    expect(judge({ atLeast: 0.95 }, 0.64, 0.15)).toBe("missed");
  });

  it("of 1 needs a ratio that is further away than the spread", () => {
    expect(judge({ atLeast: 1 }, 1.02, 0.03)).toBe("inconclusive");
    expect(judge({ atLeast: 1 }, 1.04, 0.03)).toBe("held");
    expect(judge({ atMost: 1 }, 1.04, 0.03)).toBe("missed");
  });
});

describe("a contest", () => {
  it("runs everyone by turns, ours twice, and does not count the first round", async () => {
    const turns: string[] = [];
    const contestant = (name: string, ms: number) => ({
      name,
      run: async () => {
        turns.push(name);
        return { ms: turns.length <= 3 ? 1_000 : ms };
      },
    });
    const outcome = await hold({
      title: "two against one",
      columns: { ms: 0 },
      rounds: 2,
      ours: contestant("A", 10),
      others: [contestant("B", 20)],
      limits: { B: { atMost: 0.6 } },
    });
    expect(turns.join("")).toBe("ABABAAAAB");
    expect(outcome.spread).toBe(0);
    expect(outcome.standings.map(({ name, ratio, verdict }) => [name, ratio?.median, verdict])).toEqual([
      ["A", undefined, undefined],
      ["B", 0.5, "held"],
      ["A (again)", 1, undefined],
    ]);
  });
});

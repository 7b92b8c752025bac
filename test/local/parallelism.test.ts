import { availableParallelism } from "node:os";
import { describe, expect, it } from "vitest";
import { rendersAtOnce } from "../../src/local/parallelism.ts";

describe("renders at once", () => {
  const cores = availableParallelism();

  it("are two more than there are cores", () => {
    expect(rendersAtOnce(1)).toBe(cores + 2);
  });

  it("are shared by the processes, and one at least", () => {
    expect(rendersAtOnce(2)).toBe(Math.floor((cores + 2) / 2));
    expect(rendersAtOnce(cores + 3)).toBe(1);
  });
});

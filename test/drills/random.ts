/** Choices that can be made again: a seeded generator (mulberry32), for drills that need a hundred thousand of them. */

export interface Random {
  /** From 0 to bound - 1. */
  integer(bound: number): number;
  pick<T>(choices: readonly [T, ...T[]]): T;
}

export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  function integer(bound: number): number {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % bound;
  }
  return { integer, pick: (choices) => choices[integer(choices.length)] ?? choices[0] };
}

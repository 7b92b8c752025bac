/** The one way in which things are compared: side by side in one run, by turns, ours twice. */

import { judge, type Limit, type Quartiles, quartiles, spread, type Verdict } from "./statistics.ts";

/** What one run came to, by column. */
export type Figures = Readonly<Record<string, number>>;

export interface Contestant {
  readonly name: string;
  run(): Promise<Figures>;
}

export interface Contest {
  readonly title: string;
  /** The first one is compared; digits after the point. */
  readonly columns: Readonly<Record<string, number>>;
  readonly ours: Contestant;
  readonly others: readonly Contestant[];
  /** By the name of a contestant. */
  readonly limits: Readonly<Record<string, Limit>>;
  readonly rounds: number;
}

export interface Standing {
  readonly name: string;
  readonly figures: Readonly<Record<string, Quartiles>>;
  /** Ours divided by this one's, round by round. Absent for ours. */
  readonly ratio?: Quartiles;
  readonly limit?: Limit;
  readonly verdict?: Verdict;
}

export interface Outcome {
  readonly title: string;
  readonly columns: Contest["columns"];
  readonly rounds: number;
  /** How far the second run of ours strays from the first. */
  readonly spread: number;
  readonly standings: readonly Standing[];
}

/**
 * Runs every contestant once a round, and ours a second time: the A/A run has the very same conditions.
 *
 * The order turns with each round, so that no contestant always follows the same one. The first round is not counted.
 */
export async function hold(contest: Contest): Promise<Outcome> {
  const { ours, others, limits, columns, rounds, title } = contest;
  const again = { name: `${ours.name} (again)`, run: ours.run };
  const contestants = [ours, ...others, again];
  const runs = new Map<string, Figures[]>(contestants.map(({ name }) => [name, []]));
  for (let round = 0; round <= rounds; round += 1) {
    for (let turn = 0; turn < contestants.length; turn += 1) {
      const contestant = contestants[(round + turn) % contestants.length] ?? ours;
      const figures = await contestant.run();
      if (round > 0) runs.get(contestant.name)?.push(figures);
    }
  }

  const column = Object.keys(columns)[0] ?? "";
  const values = (name: string, of: string) => (runs.get(name) ?? []).map((run) => run[of] ?? Number.NaN);
  const ratioTo = (name: string) => {
    const theirs = values(name, column);
    return quartiles(values(ours.name, column).map((own, round) => own / (theirs[round] ?? Number.NaN)));
  };
  const againSpread = spread(ratioTo(again.name));
  const standings = contestants.map(({ name }): Standing => {
    const figures = Object.fromEntries(Object.keys(columns).map((of) => [of, quartiles(values(name, of))]));
    if (name === ours.name) return { name, figures };
    const ratio = ratioTo(name);
    const limit = limits[name];
    if (limit === undefined) return { name, figures, ratio };
    return { name, figures, ratio, limit, verdict: judge(limit, ratio.median, againSpread) };
  });
  return { title, columns, rounds, spread: againSpread, standings };
}

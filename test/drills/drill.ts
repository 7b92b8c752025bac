/** What every drill is given, and what it gives back. */

export interface Drill {
  /** As it is named on the command line and in docs/reliability.md. */
  readonly name: string;
  /** What must be seen to hold, in one sentence. */
  readonly promise: string;
  run(setting: Setting): Promise<Report>;
}

export interface Setting {
  /** Short is a part of `npm test`; full is `npm run drills`. */
  readonly form: "short" | "full";
  /** The compiled command line, for drills that need a process to kill. */
  readonly main: string;
  /** An empty folder; it is removed afterwards. */
  readonly work: string;
  /** Whoever repeats a drill with the same seed makes the same choices. */
  readonly seed: number;
  /** Of the soak alone, which is as long as one wants it to be. */
  readonly soakSeconds: number;
  /** Tells the person who waits. */
  readonly say: (text: string) => void;
}

export interface Table {
  readonly title?: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
}

export interface Report {
  readonly tables: readonly Table[];
  /** Every promise that was broken, in words. */
  readonly violations: readonly string[];
  /** What this machine did not allow, and why; never silent. */
  readonly leftOut?: readonly string[];
}

/** Collects what was broken; the same words are kept once, with their number. */
export class Violations {
  readonly #counts = new Map<string, number>();

  expect(holds: boolean, otherwise: string): void {
    if (!holds) this.#counts.set(otherwise, (this.#counts.get(otherwise) ?? 0) + 1);
  }

  get list(): readonly string[] {
    return [...this.#counts].map(([words, count]) => (count === 1 ? words : `${words} (${count} times)`));
  }
}

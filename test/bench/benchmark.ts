/** What every benchmark is given, and what it gives back. */

import type { Outcome } from "./contest.ts";
import type { Presets } from "./signed-urls.ts";
import type { Verdict } from "./statistics.ts";

export interface Benchmark {
  readonly name: string;
  /** What it measures, in one sentence. */
  readonly subject: string;
  run(setting: Setting): Promise<Report>;
}

export interface Setting {
  /** A few rounds only, to see that everything runs. */
  readonly isQuick: boolean;
  readonly root: URL;
  /** The folder with what run.mjs compiled. */
  readonly compiled: URL;
  /** An empty folder on the disk of the repository; it is removed afterwards. */
  readonly work: string;
  /** Path of the 2725x2225 photograph. */
  readonly photo: string;
  /** Folder with the project's own sample pictures. */
  readonly samples: string;
  readonly presets: Presets;
  /** Whether the packages of test/bench could be installed. */
  readonly hasPeers: boolean;
  /** Tells the person who waits. */
  readonly say: (text: string) => void;
}

/** A statement that is true or not, whatever the machine's speed. */
export interface Check {
  readonly what: string;
  readonly seen: string;
  readonly verdict: Verdict;
}

export interface Series {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export interface Report {
  readonly outcomes?: readonly Outcome[];
  readonly series?: readonly Series[];
  readonly checks?: readonly Check[];
  /** What a reader has to know, above all what was left out. */
  readonly notes?: readonly string[];
}

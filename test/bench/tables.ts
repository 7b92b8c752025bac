/** Outcomes as Markdown, for the terminal and for docs/benchmarks.md alike. */

import type { Check, Report } from "./benchmark.ts";
import type { Outcome, Standing } from "./contest.ts";
import type { Limit, Quartiles } from "./statistics.ts";

/** Everything that a benchmark has to say. */
export function formatReport({ outcomes = [], series = [], checks = [], notes = [] }: Report): string {
  return [
    ...outcomes.map(formatOutcome),
    ...series.map(({ title, columns, rows }) => `${title}\n\n${table(columns, rows)}`),
    ...(checks.length > 0 ? [formatChecks(checks)] : []),
    ...(notes.length > 0 ? [notes.map((note) => `- ${note}`).join("\n")] : []),
  ].join("\n\n");
}

function formatOutcome(outcome: Outcome): string {
  const { title, columns, rounds, standings, spread } = outcome;
  const [ours] = standings;
  const head = [title, ...Object.keys(columns), `${ours?.name ?? "ours"} ÷ this`, "asked for", "verdict"];
  const rows = standings.map((standing) => [
    standing.name,
    ...cells(standing, columns),
    ...judgement(standing),
  ]);
  const caption = `Rounds: ${rounds}. A/A spread: ${percent(spread)}.`;
  return `${table(head, rows)}\n\n${caption}`;
}

function cells({ figures }: Standing, columns: Outcome["columns"]): string[] {
  return Object.entries(columns).map(([column, digits]) => {
    const figure = figures[column];
    return figure === undefined ? "" : withQuartiles(figure, digits);
  });
}

function judgement({ ratio, limit, verdict }: Standing): string[] {
  return [
    ratio === undefined ? "" : withQuartiles(ratio, 3),
    limit === undefined ? "" : formatLimit(limit),
    verdict ?? "",
  ];
}

function formatLimit(limit: Limit): string {
  return "atLeast" in limit ? `at least ${limit.atLeast}` : `at most ${limit.atMost}`;
}

function formatChecks(checks: readonly Check[]): string {
  return table(
    ["asked for", "seen", "verdict"],
    checks.map(({ what, seen, verdict }) => [what, seen, verdict]),
  );
}

function withQuartiles({ lower, median, upper }: Quartiles, digits: number): string {
  const [low, middle, high] = [lower, median, upper].map((value) => formatNumber(value, digits));
  return low === high ? `${middle}` : `${middle} (${low} to ${high})`;
}

export function formatNumber(value: number, digits = 0): string {
  const format = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  return Number.isFinite(value) ? value.toLocaleString("en-US", format) : "not measured";
}

function percent(share: number): string {
  return `${formatNumber(share * 100, 1)} %`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (fields: readonly string[]) => `| ${fields.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

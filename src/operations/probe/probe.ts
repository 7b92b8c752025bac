/** Holds what the emulator assumes of CloudFront against a real distribution. */

import { assumedBehaviors } from "../../local/cloudfront/assumed.ts";
import { type RuleId, ruleOf, rules } from "../../local/cloudfront/rules.ts";
import { type Check, checks, type Need } from "./checks.ts";
import type { ProbeTools } from "./probe-tools.ts";

/** `not seen` comes with the reason, `not visible` with what it takes beside the distribution. */
export type Verdict = "held" | "differs" | "not seen" | "not visible";

export interface Finding {
  readonly rule: string;
  /** What the emulator assumes. */
  readonly assumption: string;
  readonly verdict: Verdict;
  /** What was answered, or why nothing was asked. */
  readonly seen: string;
  /** What the operator has to give first, where it is not visible. */
  readonly lacks?: readonly Help[];
}

/** Whether an assumption of the rule table has a check is for a test to say. */
const assumptions: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    (Object.keys(rules) as RuleId[])
      .filter((id) => ruleOf(id).source === "assumed")
      .map((id) => [id, ruleOf(id).requirement]),
  ),
  ...assumedBehaviors,
};

/** One finding for each assumption, in the order of the rule table; one request at a time but where many are the point. */
export async function probe(tools: ProbeTools): Promise<Finding[]> {
  const there = await whatIsThere(tools);
  const findings: Finding[] = [];
  for (const [rule, assumption] of Object.entries(assumptions)) {
    const check: Check | undefined = Object.entries(checks).find(([id]) => id === rule)?.[1];
    if (check === undefined) throw new Error(`the assumption ${rule} has no check`);
    findings.push({ rule, assumption, ...(await judge(check, tools, there)) });
  }
  return findings;
}

async function judge(
  check: Check,
  tools: ProbeTools,
  there: ReadonlySet<Help>,
): Promise<Omit<Finding, "rule" | "assumption">> {
  const { takes, because } = help[check.needs];
  const missing = takes.filter((part) => !there.has(part));
  if (missing.length > 0) {
    const seen = `from outside without ${missing.join(" and ")}: ${because}`;
    return { verdict: "not visible", seen, lacks: missing };
  }
  const { held, seen } = await check.look(tools);
  if (held === undefined) return { verdict: "not seen", seen };
  return { verdict: held ? "held" : "differs", seen };
}

type Help = "the probe function" | "--invalidate" | "--second-location";

/** What a check takes of the operator, and why nothing is visible from outside without that. */
const help: Readonly<Record<Need, { readonly takes: readonly Help[]; readonly because: string }>> = {
  "signed URL": { takes: [], because: "" },
  "probe function": { takes: ["the probe function"], because: "it takes a function that does it" },
  "probe function and _probe/object": {
    takes: ["the probe function"],
    because: "the answer is the same either way",
  },
  "probe function and --invalidate": {
    takes: ["the probe function", "--invalidate"],
    because: "an invalidation is not made by a viewer",
  },
  "probe function and --second-location": {
    takes: ["the probe function", "--second-location"],
    because: "a viewer meets one edge location, and it takes two",
  },
};

async function whatIsThere({ ask, askSecond, invalidate }: ProbeTools): Promise<ReadonlySet<Help>> {
  const { headers } = await ask("/_probe/hello");
  const there = new Set<Help>();
  if (headers["x-imgseal-probe"] === "1") there.add("the probe function");
  if (invalidate !== undefined) there.add("--invalidate");
  if (askSecond !== undefined) there.add("--second-location");
  return there;
}

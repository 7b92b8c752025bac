/** Holds what the emulator assumes of CloudFront against a real distribution. */

import { assumedBehaviors } from "../../local/cloudfront/assumed.ts";
import { type RuleId, ruleOf, rules } from "../../local/cloudfront/rules.ts";
import { type Check, checks, type ProbeTools } from "./checks.ts";

/** `not seen` comes with the reason. */
export type Verdict = "held" | "differs" | "not seen" | "needs the probe function";

export interface Finding {
  readonly rule: string;
  /** What the emulator assumes. */
  readonly assumption: string;
  readonly verdict: Verdict;
  /** What was answered, or why nothing was asked. */
  readonly seen: string;
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
  const hasFunction = await isProbeFunctionThere(tools);
  const findings: Finding[] = [];
  for (const [rule, assumption] of Object.entries(assumptions)) {
    const check: Check | undefined = Object.entries(checks).find(([id]) => id === rule)?.[1];
    if (check === undefined) throw new Error(`the assumption ${rule} has no check`);
    findings.push({ rule, assumption, ...(await judge(check, tools, hasFunction)) });
  }
  return findings;
}

async function judge(
  check: Check,
  tools: ProbeTools,
  hasFunction: boolean,
): Promise<Pick<Finding, "verdict" | "seen">> {
  if (check.needs === "nothing from outside") return { verdict: "not seen", seen: check.because };
  if (check.needs === "probe function" && !hasFunction) {
    return { verdict: "needs the probe function", seen: "nothing under /_probe/ is the probe function's" };
  }
  const { held, seen } = await check.look(tools);
  if (held === undefined) return { verdict: "not seen", seen };
  return { verdict: held ? "held" : "differs", seen };
}

async function isProbeFunctionThere({ ask }: ProbeTools): Promise<boolean> {
  const { headers } = await ask("/_probe/hello");
  return headers["x-imgseal-probe"] === "1";
}

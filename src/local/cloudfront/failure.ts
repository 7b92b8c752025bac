/** What a broken rule becomes in the log: everything that CloudFront's page leaves out. */

import type { EventType } from "./description.ts";
import type { RuleBreach } from "./rule-breach.ts";
import { type FailureOutcome, type RuleId, ruleOf } from "./rules.ts";

/** One line of the log. */
export interface FailureEntry {
  readonly id: string;
  readonly outcome: FailureOutcome;
  /** Which function it was; absent where the request itself broke the rule. */
  readonly function?: EventType;
  readonly rule: RuleId;
  /** Where the rule is written, or `assumed`. */
  readonly source: string;
  readonly header?: string;
  readonly figure?: number;
  readonly quota?: number;
  /** The answer went on as it was: the distribution is not strict. */
  readonly isLetThrough?: true;
  /** What was found, what the rule is, what to do. */
  readonly message: string;
}

export function failureEntry(breach: RuleBreach, requestId: string, eventType?: EventType): FailureEntry {
  const { outcome, source } = ruleOf(breach.rule);
  const { header, figure, quota } = breach.details;
  return {
    id: requestId,
    outcome,
    ...(eventType !== undefined && { function: eventType }),
    rule: breach.rule,
    source,
    ...(header !== undefined && { header }),
    ...(figure !== undefined && { figure }),
    ...(quota !== undefined && { quota }),
    message: breach.message,
  };
}

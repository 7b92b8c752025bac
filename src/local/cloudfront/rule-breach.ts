/** A rule that was broken, as it is thrown from where it was noticed to where it becomes an answer. */

import { type RuleId, ruleOf } from "./rules.ts";

/** What a log needs to find the mistake. */
export interface BreachDetails {
  readonly header?: string;
  readonly figure?: number;
  readonly quota?: number;
  readonly cause?: unknown;
}

/** Takes a breach after which the result can still be read. */
export type OnBreach = (breach: RuleBreach) => void;

/** CloudFront's own way: whatever breaks a rule ends in an error page. */
export const refuseBreach: OnBreach = (breach) => {
  throw breach;
};

/** A rule was broken. The message says what was found, what the rule is and what to do. */
export class RuleBreach extends Error {
  override readonly name = "RuleBreach";
  readonly rule: RuleId;
  readonly details: BreachDetails;

  constructor(rule: RuleId, found: string, details: BreachDetails = {}) {
    const { requirement, remedy } = ruleOf(rule);
    super(`${found}. ${requirement} ${remedy}`, { cause: details.cause });
    this.rule = rule;
    this.details = details;
  }
}

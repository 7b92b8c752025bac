/** One run of a function, as Lambda runs it: with a context, a time limit, and a result that is JSON. */

import type { Callback, CloudFrontRequestEvent, CloudFrontResponseEvent, Context } from "aws-lambda";
import { InvocationContext, type RunFacts } from "./function-context.ts";
import { RuleBreach } from "./rule-breach.ts";
import { reading, requireSerialisable, tell } from "./serialisable.ts";
import { withinTime } from "./time-limit.ts";
import type { StartTimer } from "./timer.ts";
import { describe } from "./wording.ts";

/** A module with a `handler`, as it is deployed. */
export interface EdgeFunction {
  // As a method: whoever handles only requests, or only responses, is given no other event.
  // The callback is in the types of @types/aws-lambda, and never given.
  handler(
    event: CloudFrontRequestEvent | CloudFrontResponseEvent,
    context: Context,
    callback?: Callback,
  ): unknown;
}

export interface Invocation extends RunFacts {
  /** Absent: the function takes as long as it likes. */
  readonly startTimer?: StartTimer | undefined;
}

/**
 * What the handler returned, which is an object.
 *
 * @throws RuleBreach when it threw, was too slow, wants a callback, or returned no object that is JSON
 */
export async function invoke(
  edgeFunction: EdgeFunction,
  event: CloudFrontRequestEvent | CloudFrontResponseEvent,
  invocation: Invocation,
): Promise<object> {
  const parameters = edgeFunction.handler.length;
  if (parameters > 2) {
    const found = `the handler takes ${parameters} parameters`;
    throw new RuleBreach("handler-callback", found, { figure: parameters, quota: 2 });
  }
  const { startTimer } = invocation;
  const result = await (startTimer === undefined
    ? run(edgeFunction, event, invocation)
    : withinTime(() => run(edgeFunction, event, invocation), startTimer, invocation));
  if (typeof result !== "object" || result === null || Array.isArray(result)) {
    throw new RuleBreach("result-object", `the function returned ${describe(result)}`);
  }
  reading(() => requireSerialisable(result));
  return result;
}

async function run(
  edgeFunction: EdgeFunction,
  event: CloudFrontRequestEvent | CloudFrontResponseEvent,
  invocation: Invocation,
): Promise<unknown> {
  try {
    return await edgeFunction.handler(event, new InvocationContext(invocation));
  } catch (cause) {
    throw new RuleBreach("handler-throws", `the function threw ${tell(cause)}`, { cause });
  }
}

/** One run of a function, as Lambda runs it: with a context, a time limit, and a result that is JSON. */

import type { Callback, CloudFrontRequestEvent, CloudFrontResponseEvent, Context } from "aws-lambda";
import type { EventType } from "./description.ts";
import type { FunctionLog } from "./layer.ts";
import { functionQuotas } from "./quotas.ts";
import { describe, grouped } from "./result-headers.ts";
import { RuleBreach } from "./rule-breach.ts";
import type { StartTimer } from "./timer.ts";

/** Lambda's context object, and a log of our own. */
export interface FunctionContext extends Context {
  /** Takes an entry for the log line of this very request; Lambda has no such thing. */
  readonly log: FunctionLog;
}

/** A module with a `handler`, as it is deployed. */
export interface EdgeFunction {
  // As a method: whoever handles only requests, or only responses, is given no other event.
  // The callback is in the types of @types/aws-lambda, and never given.
  handler(
    event: CloudFrontRequestEvent | CloudFrontResponseEvent,
    context: FunctionContext,
    callback?: Callback,
  ): unknown;
}

export interface Invocation {
  readonly eventType: EventType;
  readonly functionName: string;
  readonly requestId: string;
  readonly log: FunctionLog;
  /** Absent: the function takes as long as it likes. */
  readonly startTimer?: StartTimer | undefined;
  readonly nowMilliseconds: () => number;
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

/** A class, because every request has one: most functions look at none of this, and so it is made when it is asked for. */
class InvocationContext implements FunctionContext {
  readonly callbackWaitsForEmptyEventLoop = true;
  readonly functionVersion = "1";
  readonly logStreamName = "";
  readonly awsRequestId: string;
  readonly functionName: string;
  readonly log: FunctionLog;
  readonly #eventType: EventType;
  readonly #startedMilliseconds: number;
  readonly #nowMilliseconds: () => number;

  constructor({ eventType, functionName, requestId, log, nowMilliseconds }: Invocation) {
    this.awsRequestId = requestId;
    this.functionName = functionName;
    this.log = log;
    this.#eventType = eventType;
    this.#startedMilliseconds = nowMilliseconds();
    this.#nowMilliseconds = nowMilliseconds;
  }

  get invokedFunctionArn(): string {
    return `arn:aws:lambda:us-east-1:123456789012:function:${this.functionName}:1`;
  }

  get logGroupName(): string {
    return `/aws/lambda/us-east-1.${this.functionName}`;
  }

  get memoryLimitInMB(): string {
    return String(functionQuotas[this.#eventType].memoryMegabytes);
  }

  // Bound, as functions take it off the context.
  readonly getRemainingTimeInMillis = (): number => {
    const end = this.#startedMilliseconds + functionQuotas[this.#eventType].timeoutMilliseconds;
    return Math.max(0, end - this.#nowMilliseconds());
  };

  done(): never {
    return notSince24();
  }

  fail(): never {
    return notSince24();
  }

  succeed(): never {
    return notSince24();
  }
}

function notSince24(): never {
  throw new TypeError("context.done, fail and succeed are not there from nodejs24.x on: return, or throw");
}

// One promise and no race: this is on the way of every request.
function withinTime(
  work: () => Promise<unknown>,
  startTimer: StartTimer,
  { eventType, nowMilliseconds }: Invocation,
): Promise<unknown> {
  const { timeoutMilliseconds: quota } = functionQuotas[eventType];
  const started = nowMilliseconds();
  const tooSlow = (figure: number) =>
    new RuleBreach("handler-timeout", `the function had not returned after ${grouped(quota)} ms`, {
      figure,
      quota,
    });
  return new Promise((resolve, reject) => {
    const cancel = startTimer(() => reject(tooSlow(quota)), quota);
    work().then(
      (result) => {
        cancel();
        // A function that kept the processor busy has kept the timer from telling.
        const taken = nowMilliseconds() - started;
        if (taken > quota) reject(tooSlow(taken));
        else resolve(result);
      },
      (error) => {
        cancel();
        reject(error);
      },
    );
  });
}

const textMembers = new Set([
  "body",
  "bodyEncoding",
  "clientIp",
  "headers",
  "method",
  "querystring",
  "status",
  "statusDescription",
  "uri",
]);

/** What was thrown, which need not be an error, and whose own members may throw. */
function tell(thrown: unknown): string {
  try {
    return thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : describe(thrown);
  } catch {
    return "something that cannot be read";
  }
}

/**
 * Reads a result. The readers throw nothing but breaches: anything else was thrown by the result itself, which Lambda would
 * not have got into JSON (getters, proxies).
 */
export function reading<T>(read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (cause instanceof RuleBreach) throw cause;
    throw new RuleBreach("result-serialisable", `the result is not JSON: ${tell(cause).split("\n", 1)[0]}`, {
      cause,
    });
  }
}

// The documented members are read one by one, each with a rule that wants text: only others, and the origin, can hold
// what JSON cannot. A body of a megabyte is not written out to learn that.
function requireSerialisable(result: object): void {
  const isPlain = Object.keys(result).every((name) => textMembers.has(name));
  if (isPlain) return;
  const { body: _body, headers: _headers, ...rest }: Readonly<Record<string, unknown>> = { ...result };
  JSON.stringify(rest);
}

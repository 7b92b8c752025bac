/** The context object of Lambda, as the emulator makes it. */

import type { Context } from "aws-lambda";
import type { EventType } from "./description.ts";
import type { FunctionLog } from "./layer.ts";
import { functionQuotas } from "./quotas.ts";

/** What one run of a function is known by. */
export interface RunFacts {
  readonly eventType: EventType;
  readonly functionName: string;
  readonly requestId: string;
  readonly log: FunctionLog;
  readonly nowMilliseconds: () => number;
}

/** A class, because every request has one: most functions look at none of this, and so it is made when it is asked for. */
export class InvocationContext implements Context {
  readonly callbackWaitsForEmptyEventLoop = true;
  readonly functionVersion = "1";
  readonly logStreamName = "";
  readonly awsRequestId: string;
  readonly functionName: string;
  readonly #log: FunctionLog;
  readonly #eventType: EventType;
  readonly #startedMilliseconds: number;
  readonly #nowMilliseconds: () => number;

  constructor({ eventType, functionName, requestId, log, nowMilliseconds }: RunFacts) {
    this.awsRequestId = requestId;
    this.functionName = functionName;
    this.#log = log;
    this.#eventType = eventType;
    this.#startedMilliseconds = nowMilliseconds();
    this.#nowMilliseconds = nowMilliseconds;
  }

  /**
   * Where a handler of ours leaves entries for the log line of this very request. Lambda's context has no such member, so a
   * handler that relied on one would work here alone.
   *
   * @throws TypeError for a context that is not of this emulator
   */
  static logOf(context: Context): FunctionLog {
    if (!(#log in context)) throw new TypeError("expected the context of a function that the emulator runs");
    return context.#log;
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

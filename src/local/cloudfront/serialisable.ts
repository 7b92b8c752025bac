/** Whether a result is JSON, as Lambda needs it, and what was thrown where it is not. */

import { RuleBreach } from "./rule-breach.ts";
import { describe } from "./wording.ts";

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

// The documented members are read one by one, each with a rule that wants text: only others, and the origin, can hold
// what JSON cannot. A body of a megabyte is not written out to learn that.
export function requireSerialisable(result: object): void {
  const isPlain = Object.keys(result).every((name) => textMembers.has(name));
  if (isPlain) return;
  const { body: _body, headers: _headers, ...rest }: Readonly<Record<string, unknown>> = { ...result };
  JSON.stringify(rest);
}

/** What was thrown, which need not be an error, and whose own members may throw. */
export function tell(thrown: unknown): string {
  try {
    return thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : describe(thrown);
  } catch {
    return "something that cannot be read";
  }
}

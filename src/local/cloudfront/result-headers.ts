/** The headers of a function's result, held against every rule for headers. */

import type { HeaderMap } from "../../edge/event.ts";
import type { EventType } from "./description.ts";
import { isDisallowed, readOnlyHeaders } from "./header-rules.ts";
import { type OnBreach, RuleBreach, refuseBreach } from "./rule-breach.ts";
import { describe } from "./wording.ts";

export interface HeadersContext {
  readonly eventType: EventType;
  /** What the function was shown; empty where the result is an answer of its own. */
  readonly given: HeaderMap;
  /** Refuses unless said. */
  readonly onBreach?: OnBreach | undefined;
}

/**
 * One value for each name, as a copy of what the function returned; what it returned unchanged comes back as `given`.
 *
 * @throws RuleBreach
 */
export function readResultHeaders(headers: unknown, context: HeadersContext): HeaderMap {
  if (typeof headers !== "object" || headers === null || Array.isArray(headers)) {
    throw new RuleBreach("headers-object", `headers is ${describe(headers)}`);
  }
  const names = Object.keys(headers);
  const values: Readonly<Record<string, unknown>> = { ...headers };
  // The usual case, and on the way of every request: all is as it was given.
  if (areGiven(names, values, context.given)) return context.given;
  const read: Record<string, string> = {};
  for (const name of names) {
    const entries = values[name];
    if (entries === undefined) continue;
    const given = context.given[name];
    // What was given needs no second look, whatever the viewer or the origin has put into it.
    read[name.toLowerCase()] =
      given !== undefined && isGiven(name, entries, given) ? given : readHeader(name, entries, context);
  }
  requireReadOnly(read, context);
  return read;
}

function areGiven(
  names: readonly string[],
  values: Readonly<Record<string, unknown>>,
  given: HeaderMap,
): boolean {
  let others = 0;
  for (const name in given) if (given[name] !== undefined) others++;
  if (others !== names.length) return false;
  for (const name of names) {
    const value = given[name];
    if (value === undefined || !isGiven(name, values[name], value)) return false;
  }
  return true;
}

function isGiven(name: string, entries: unknown, given: string): boolean {
  if (!Array.isArray(entries) || entries.length !== 1) return false;
  const [entry]: readonly unknown[] = entries;
  if (typeof entry !== "object" || entry === null || !("value" in entry) || entry.value !== given)
    return false;
  return !("key" in entry) || isKeyOf(entry.key, name);
}

function readHeader(name: string, entries: unknown, context: HeadersContext): string {
  const { eventType, given, onBreach = refuseBreach } = context;
  const header = name.toLowerCase();
  if (!/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/u.test(name)) {
    throw new RuleBreach("header-name-characters", `the header ${JSON.stringify(name)} is no token`, {
      header,
    });
  }
  if (name !== header) {
    onBreach(new RuleBreach("header-name-case", `headers has the name ${JSON.stringify(name)}`, { header }));
  }
  if (!Array.isArray(entries)) {
    throw new RuleBreach("header-array", `headers[${JSON.stringify(name)}] is ${describe(entries)}`, {
      header,
    });
  }
  const values = entries.map((entry) => readValue(header, entry, onBreach));
  if (isDisallowed(header))
    onBreach(new RuleBreach("disallowed-header", `the result has the header ${header}`, { header }));
  if (
    header === "cloudfront-viewer-country" &&
    eventType === "viewer-request" &&
    given[header] === undefined
  ) {
    onBreach(new RuleBreach("viewer-country-header", `the result has the header ${header}`, { header }));
  }
  return values.join(header === "set-cookie" ? "\n" : ", ");
}

function readValue(header: string, entry: unknown, onBreach: OnBreach): string {
  if (typeof entry !== "object" || entry === null) {
    throw new RuleBreach("header-value", `an entry of ${header} is ${describe(entry)}`, { header });
  }
  if (!("value" in entry)) {
    throw new RuleBreach("header-value", `an entry of ${header} has no value`, { header });
  }
  const { value } = entry;
  const key = "key" in entry ? entry.key : undefined;
  if (typeof value !== "string") {
    throw new RuleBreach("header-value", `the value of ${header} is ${describe(value)}`, { header });
  }
  if (!isKeyOf(key, header)) {
    onBreach(new RuleBreach("header-key", `the key of ${header} is ${JSON.stringify(key)}`, { header }));
  }
  const position = value.search(forbiddenInValue);
  if (position !== -1) {
    const code = `U+${value.charCodeAt(position).toString(16).toUpperCase().padStart(4, "0")}`;
    throw new RuleBreach("header-value-characters", `the value of ${header} has ${code} at ${position}`, {
      header,
      figure: position,
    });
  }
  return value;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for (RFC 9110 5.5).
const forbiddenInValue = /[\0-\x08\x0a-\x1f\x7f]|[^\0-\xff]/u;

function isKeyOf(key: unknown, name: string): boolean {
  return key === undefined || key === name || (typeof key === "string" && key.toLowerCase() === name);
}

function requireReadOnly(
  read: HeaderMap,
  { eventType, given, onBreach = refuseBreach }: HeadersContext,
): void {
  for (const header of readOnlyHeaders[eventType]) {
    const [before, after] = [given[header], read[header]];
    if (before === after) continue;
    const breach =
      before === undefined
        ? new RuleBreach(
            "read-only-header-added",
            `the result has the header ${header}, and the event at ${eventType} has not`,
            { header },
          )
        : after === undefined
          ? new RuleBreach(
              "read-only-header-deleted",
              `the result has no header ${header}, and the event at ${eventType} has it`,
              { header },
            )
          : new RuleBreach(
              "read-only-header-changed",
              `the result has another value for the header ${header} than the event at ${eventType}`,
              { header },
            );
    onBreach(breach);
  }
}

/** Whether what is given as functions can run, and runs somewhere: what is misspelt must not be silently left out. */

import { type DistributionDescription, eventTypes, type LambdaFunctionAssociation } from "./description.ts";
import { didYouMean } from "./nearest-name.ts";
import { describe } from "./wording.ts";

/** @param functions unchecked, as a module without types may give them */
export function functionProblems(
  functions: Readonly<Record<string, unknown>>,
  { cacheBehaviors, defaultCacheBehavior }: DistributionDescription,
): string[] {
  const associated = new Set(
    [defaultCacheBehavior, ...cacheBehaviors].flatMap(({ lambdaFunctionAssociations }) =>
      lambdaFunctionAssociations.map(({ lambdaFunctionARN }) => lambdaFunctionARN),
    ),
  );
  return Object.entries(functions).flatMap(([name, given]) => [
    ...(hasHandler(given)
      ? []
      : [`functions["${name}"]: expected an object with a function as its handler, received ${tell(given)}`]),
    ...(associated.has(name)
      ? []
      : [
          `functions["${name}"]: expected to be named by a function association` +
            ` (they name ${[...associated].map((known) => `"${known}"`).join(", ") || "none"})` +
            didYouMean(name, [...associated]),
        ]),
  ]);
}

/** Of the associations of one behavior. */
export function associationProblems(
  associations: readonly LambdaFunctionAssociation[],
  functionNames: readonly string[],
): string[] {
  return associations.flatMap(({ eventType, lambdaFunctionARN: name }) => [
    ...eventTypeProblems([eventType]),
    ...(functionNames.includes(name)
      ? []
      : [`expected a function "${name}"${didYouMean(name, functionNames)}`]),
  ]);
}

/** Of names that the types would have refused. */
export function eventTypeProblems(names: readonly string[]): string[] {
  return names
    .filter((name) => !eventTypes.some((eventType) => eventType === name))
    .map(
      (name) =>
        `expected an event of ${eventTypes.join(", ")}, received "${name}"${didYouMean(name, eventTypes)}`,
    );
}

function hasHandler(given: unknown): boolean {
  return (
    typeof given === "object" && given !== null && "handler" in given && typeof given.handler === "function"
  );
}

function tell(given: unknown): string {
  if (typeof given === "function") return "a function itself: write { handler }";
  if (typeof given !== "object" || given === null || Array.isArray(given)) return describe(given);
  if ("handler" in given) return `an object whose handler is ${describe(given.handler)}`;
  return `an object that has ${Object.keys(given).join(", ") || "no member"}`;
}

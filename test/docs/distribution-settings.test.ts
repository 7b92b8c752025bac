import { expect, it } from "vitest";
import { imgsealDistribution } from "../../src/local/cloudfront/imgseal-distribution.ts";
import { readDocument } from "./markdown.ts";

const { defaultCacheBehavior: behavior, customErrorResponses } = imgsealDistribution;

/** The value of a setting in the table of docs/edge.md, which people type into consoles and templates. */
function setting(name: string): string {
  const row = readDocument("docs/edge.md")
    .split("\n")
    .find((line) => line.startsWith(`| ${name} |`));
  if (row === undefined) throw new Error(`docs/edge.md has no setting "${name}"`);
  return row.split("|")[2] ?? "";
}

const numbersIn = (text: string) =>
  [...text.matchAll(/[\d,]+\d|\d/gu)].map(([number]) => Number(number.replaceAll(",", "")));

it("shows the lifetimes of the cache policy", () => {
  const { minTTL, defaultTTL, maxTTL } = behavior.cachePolicy;
  expect(numbersIn(setting("cache policy: TTL"))).toEqual([minTTL, defaultTTL, maxTTL]);
});

it("shows the error caching minimum of each code", () => {
  const [seconds, ...codes] = numbersIn(setting("error caching minimum TTL").replaceAll(", ", " "));
  expect(codes).toEqual(customErrorResponses.map(({ errorCode }) => errorCode));
  for (const { errorCachingMinTTL } of customErrorResponses) expect(errorCachingMinTTL).toBe(seconds);
});

it("shows the methods", () => {
  expect(behavior.allowedMethods.length).toBe(7);
  expect(setting("allowed methods")).toContain(`all seven; cached: ${behavior.cachedMethods.join(", ")}`);
});

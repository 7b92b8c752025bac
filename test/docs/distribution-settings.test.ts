import { expect, it } from "vitest";
import { imgsealDistribution } from "../../src/local/cloudfront/imgseal-distribution.ts";
import { readDocument } from "./markdown.ts";

const { defaultCacheBehavior: behavior, customErrorResponses, origins } = imgsealDistribution;
const nothing = { behavior: "none" };

/** The value of a setting in the table of docs/edge.md, which people type into consoles and templates. */
function setting(name: string): string {
  const row = readDocument("docs/edge.md")
    .split("\n")
    .find((line) => line.startsWith(`| ${name} |`));
  if (row === undefined) throw new Error(`docs/edge.md has no setting "${name}"`);
  return (row.split("|")[2] ?? "").trim();
}

/** Every row of it, so that one that is added is not forgotten here. */
const settings = [...readDocument("docs/edge.md").matchAll(/^\| setting \|.*\n\| --- .*\n((?:\|.*\n)+)/gmu)]
  .flatMap(([, rows = ""]) => rows.trim().split("\n"))
  .map((row) => row.split("|")[1]?.trim());

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

it("shows what is in the cache key", () => {
  expect(setting("cache policy: key")).toBe("no query strings, no headers, no cookies");
  const { queryStrings, headers, cookies } = behavior.cachePolicy;
  expect([queryStrings, headers, cookies]).toEqual([nothing, nothing, nothing]);
});

it("shows that nothing is compressed, and Accept-Encoding is not in the key", () => {
  expect(setting("cache policy: compression")).toBe("gzip and Brotli off");
  const { enableAcceptEncodingGzip, enableAcceptEncodingBrotli } = behavior.cachePolicy;
  expect([enableAcceptEncodingGzip, enableAcceptEncodingBrotli, behavior.compress]).toEqual([
    false,
    false,
    false,
  ]);
});

it("shows what goes to the origin beside the key", () => {
  expect(setting("origin request policy")).toBe("header **Accept**");
  expect(behavior.originRequestPolicy).toMatchObject({
    headers: { behavior: "whitelist", items: ["accept"] },
    cookies: nothing,
    queryStrings: nothing,
  });
});

it("shows that requests to the bucket are signed", () => {
  expect(setting("origin access control")).toBe("sign requests, S3");
  expect(origins.map(({ originAccessControl }) => originAccessControl)).toEqual([true]);
});

it("shows which header is removed towards viewers", () => {
  const removed = /^remove `([\w-]+)`/u.exec(setting("response headers policy"))?.[1];
  expect(behavior.responseHeadersPolicy?.removeHeaders).toEqual([removed]);
  expect(setting("cache tags")).toBe(`header name \`${removed}\``);
});

it("shows where the functions run, and nowhere else", () => {
  expect(setting("viewer-request")).toBe("viewer-request function, without body");
  expect(setting("origin-response")).toBe("origin-response function");
  expect(
    behavior.lambdaFunctionAssociations.map(({ eventType, lambdaFunctionARN }) => [
      eventType,
      lambdaFunctionARN,
    ]),
  ).toEqual(["viewer-request", "origin-response"].map((name) => [name, name]));
  expect(imgsealDistribution.cacheBehaviors).toEqual([]);
});

it("shows that Origin Shield is a choice, which the local server leaves", () => {
  expect(setting("Origin Shield")).toBe("the derivatives bucket's Region");
  expect(origins.map(({ originShield }) => originShield)).toEqual([false]);
});

it("has no setting that is not held against the description here", () => {
  expect(settings).toEqual([
    "cache policy: key",
    "cache policy: TTL",
    "cache policy: compression",
    "origin request policy",
    "origin access control",
    "error caching minimum TTL",
    "response headers policy",
    "cache tags",
    "allowed methods",
    "Origin Shield",
    "viewer-request",
    "origin-response",
  ]);
});

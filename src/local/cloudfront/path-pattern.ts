/** Which behavior a request gets ("Cache behavior settings", path pattern). */

import type { CacheBehavior, DistributionDescription, PathCacheBehavior } from "./description.ts";

// "Path pattern": at most 255 characters of these; `&` is passed and returned as `&amp;`.
const longestPattern = 255;
const patternCharacters = /^[A-Za-z0-9_.*$/~"'@:+?&-]*$/u;

/** A pattern as a predicate over normalised paths. */
export type PathMatcher = (path: string) => boolean;

/**
 * Compiles one pattern: `*` is any number of characters, slashes too, `?` exactly one; case counts, and the leading
 * slash makes no difference.
 *
 * @throws TypeError for a pattern that CloudFront would not take
 */
export function compilePathPattern(pattern: string): PathMatcher {
  if (pattern === "" || pattern.length > longestPattern) {
    throw new TypeError(
      `expected a path pattern of 1 to ${longestPattern} characters, received ${pattern.length} characters`,
    );
  }
  if (!patternCharacters.test(pattern)) {
    throw new TypeError(
      `expected a path pattern of A-Z a-z 0-9 _ - . * $ / ~ " ' @ : + & ?, received "${pattern}"`,
    );
  }
  const rooted = `/${pattern.replace(/^\//u, "")}`;
  return (path) => matches(rooted, path);
}

/**
 * Goes back to the last star only: no earlier one can do better. A regular expression would try every way to share a path
 * between all stars, and viewers choose the path.
 */
function matches(pattern: string, path: string): boolean {
  let [at, star, starAt] = [0, -1, 0];
  for (let position = 0; position < path.length; ) {
    if (pattern[at] === "*") {
      star = at++;
      starAt = position;
    } else if (pattern[at] === "?" || pattern[at] === path[position]) {
      at++;
      position++;
    } else if (star === -1) {
      return false;
    } else {
      at = star + 1;
      position = ++starAt;
    }
  }
  while (pattern[at] === "*") at++;
  return at === pattern.length;
}

/**
 * The path as CloudFront compares it with patterns: RFC 3986 normalised (6.2.2), runs of slashes as one.
 *
 * It serves this comparison alone; functions, cache and origin get the path as it was sent.
 */
export function normalisePath(path: string): string {
  const unescaped = path.replaceAll(/%([0-9a-f]{2})/giu, (triplet, hex: string) => {
    const character = String.fromCharCode(Number.parseInt(hex, 16));
    return unreserved.test(character) ? character : triplet.toUpperCase();
  });
  const kept: string[] = [];
  const segments = unescaped.replaceAll(/\/+/gu, "/").split("/").slice(1);
  for (const segment of segments) {
    if (segment === "..") kept.pop();
    else if (segment !== ".") kept.push(segment);
  }
  const last = segments.at(-1);
  const endsInFolder = (last === "." || last === "..") && kept.length > 0;
  return `/${kept.join("/")}${endsInFolder ? "/" : ""}`;
}

const unreserved = /^[A-Za-z0-9\-._~]$/u;

/** A chooser of behaviors, by the uri that the viewer sent: what a function rewrites changes nothing. */
export function createBehaviorChooser({
  cacheBehaviors,
  defaultCacheBehavior,
}: DistributionDescription): (uri: string) => CacheBehavior {
  // The usual distribution has one behavior, and a path need not be looked at.
  if (cacheBehaviors.length === 0) return () => defaultCacheBehavior;
  const candidates = cacheBehaviors.map((behavior: PathCacheBehavior) => ({
    behavior,
    matches: compilePathPattern(behavior.pathPattern),
  }));
  return (uri) => {
    const path = normalisePath(uri);
    return candidates.find(({ matches }) => matches(path))?.behavior ?? defaultCacheBehavior;
  };
}

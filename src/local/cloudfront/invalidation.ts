/** Invalidations: "Invalidate files to remove content", with their quotas ("Concurrent invalidation request maximum"). */

export interface InvalidationOptions {
  /** Every layer's. */
  readonly invalidate: (paths: readonly string[]) => void;
  /** How long one is in progress, and so counts against the quotas. */
  readonly durationMilliseconds: number;
  readonly nowMilliseconds: () => number;
}

/** An accepted invalidation, or the API's error. */
export type InvalidationResult =
  | { readonly id: string; readonly completesAtMilliseconds: number }
  | {
      readonly status: 400;
      readonly errorCode: "InvalidArgument" | "TooManyInvalidationsInProgress";
      readonly message: string;
    };

interface InProgress {
  readonly completesAtMilliseconds: number;
  readonly wildcards: number;
  readonly files: number;
}

const maxWildcardsInProgress = 15;
const maxFilesInProgress = 3_000;
const maxPathLength = 4_000;

/**
 * Takes invalidations as CreateInvalidation does.
 *
 * What is cached goes at once, when the answer comes; what is under way from the origin at that moment is kept when it
 * arrives, so a purge that must not miss it invalidates again (assumed: invalidation-under-way).
 */
export function createInvalidations(options: InvalidationOptions) {
  let running: readonly InProgress[] = [];
  let created = 0;
  return function createInvalidation(paths: readonly string[]): InvalidationResult {
    const refused = paths.length === 0 ? "expected at least one path" : paths.map(problemOf).find(Boolean);
    if (refused !== undefined) return { status: 400, errorCode: "InvalidArgument", message: refused };

    const now = options.nowMilliseconds();
    running = running.filter(({ completesAtMilliseconds }) => completesAtMilliseconds > now);
    const wildcards = paths.filter(isWildcard).length;
    const files = paths.length - wildcards;
    const wildcardsThen = running.reduce((sum, other) => sum + other.wildcards, wildcards);
    const filesThen = running.reduce((sum, other) => sum + other.files, files);
    if (wildcardsThen > maxWildcardsInProgress || filesThen > maxFilesInProgress) {
      const message =
        `expected at most ${maxWildcardsInProgress} paths with a wildcard and ${maxFilesInProgress} without in progress, ` +
        `received ${wildcardsThen} and ${filesThen}`;
      return { status: 400, errorCode: "TooManyInvalidationsInProgress", message };
    }

    const completesAtMilliseconds = now + options.durationMilliseconds;
    running = [...running, { completesAtMilliseconds, wildcards, files }];
    options.invalidate(paths);
    created += 1;
    return { id: `I${created}`, completesAtMilliseconds };
  };
}

/**
 * Whether an invalidation's path names this target, which is a uri with the query string of its cache key.
 *
 * Only a `*` at the end is a wildcard, for no character or more; case counts, and escapes are compared as they are
 * written. The headers and cookies of a key make no difference.
 */
export function matchesPath(path: string, target: string): boolean {
  return isWildcard(path) ? target.startsWith(path.slice(0, -1)) : target === path;
}

function isWildcard(path: string): boolean {
  return path.endsWith("*");
}

function problemOf(path: string): string | undefined {
  if (!path.startsWith("/")) return `expected a path that begins with "/", received ${JSON.stringify(path)}`;
  if (path.length > maxPathLength)
    return `expected a path of at most ${maxPathLength} characters, received ${path.length}`;
  if (path.slice(0, -1).includes("*"))
    return `expected "*" at the end of the path only, received ${JSON.stringify(path)}`;
  return undefined;
}

/** What a store's failure means: not there, too large, or unavailable. */

import { ImgsealError } from "../errors.ts";

// The errno of a path at which no regular file can be. ELOOP: the last part is a symbolic link (O_NOFOLLOW);
// ENXIO: a socket; ERR_INVALID_ARG_VALUE: Node's word for a NUL byte in the path.
const absences: ReadonlySet<string> = new Set([
  "ENOENT",
  "ENOTDIR",
  "ENAMETOOLONG",
  "EISDIR",
  "ELOOP",
  "ENXIO",
  "ERR_INVALID_ARG_VALUE",
]);

/** The `code` of a system error, if it is one. */
export function errnoOf(cause: unknown): string | undefined {
  return cause instanceof Error && "code" in cause && typeof cause.code === "string" ? cause.code : undefined;
}

/** Waits for a file operation; `undefined` when there is no such file. */
export async function unlessAbsent<T>(operation: Promise<T>): Promise<T | undefined> {
  try {
    return await operation;
  } catch (cause) {
    return undefinedIfAbsent(cause);
  }
}

/** The same for an operation on the spot. */
export function unlessAbsentSync<T>(operation: () => T): T | undefined {
  try {
    return operation();
  } catch (cause) {
    return undefinedIfAbsent(cause);
  }
}

function undefinedIfAbsent(cause: unknown): undefined {
  const errno = errnoOf(cause);
  if (errno === undefined || !absences.has(errno)) throw cause;
}

/** STORE_UNAVAILABLE, unless the cause already is an error of ours. */
export function unavailable(action: string, cause: unknown): ImgsealError {
  if (cause instanceof ImgsealError) return cause;
  const detail = cause instanceof Error ? cause.message : String(cause);
  return new ImgsealError("STORE_UNAVAILABLE", `cannot ${action}: ${detail}`, { cause });
}

/** Runs one operation of a store; what goes wrong in it becomes `unavailable`. */
export async function attempt<T>(action: string, operation: () => Promise<T>): Promise<T> {
  try {
    return await operation();
  } catch (cause) {
    throw unavailable(action, cause);
  }
}

/**
 * Refuses an object before its body is read.
 *
 * @throws ImgsealError SOURCE_TOO_LARGE
 */
export function refuseLarger(key: string, bytes: number, maxBytes: number | undefined): void {
  if (maxBytes !== undefined && bytes > maxBytes) {
    throw new ImgsealError(
      "SOURCE_TOO_LARGE",
      `"${key}" has ${bytes} bytes, at most ${maxBytes} are accepted`,
    );
  }
}

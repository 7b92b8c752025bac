/** The one boundary where an error becomes words on standard error and an exit code. */

import { ImgsealError } from "../errors.ts";
import { errnoOf } from "../store/failure.ts";
import { type ExitCode, exitCodes } from "./terminal.ts";

/** What a user can put right: its message says what is wrong and what to do. */
export class UserError extends Error {
  override readonly name = "UserError";
  readonly exitCode: ExitCode;
  /** A report that is printed as it is, above the message. */
  readonly report: string | undefined;

  constructor(
    message: string,
    options: { readonly exitCode?: ExitCode; readonly report?: string; readonly cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.exitCode = options.exitCode ?? exitCodes.failed;
    this.report = options.report;
  }
}

/** A command line that commander takes and that is wrong all the same. */
export function usageError(message: string): UserError {
  return new UserError(message, { exitCode: exitCodes.usage });
}

/**
 * Waits for a call into a room whose TypeErrors speak of what the user gave. Anywhere else a TypeError is a mistake of
 * ours, and keeps its stack.
 *
 * @param blame `inOurWords` turns the room's message, which speaks of options and members, into one that speaks of flags
 *   and files; `exitCode` says whether it is the command line that is wrong, or a file
 */
export async function blamingInput<T>(
  call: () => T | Promise<T>,
  blame: { readonly inOurWords?: (message: string) => string; readonly exitCode?: ExitCode } = {},
): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    const { inOurWords = (message) => message, exitCode = exitCodes.failed } = blame;
    throw new UserError(inOurWords(error.message), { exitCode });
  }
}

/** What to print, and how to exit. */
export function describeFailure(error: unknown): { readonly text: string; readonly exitCode: ExitCode } {
  if (error instanceof UserError) {
    const report = error.report === undefined ? "" : `${error.report}\n\n`;
    return { text: `${report}imgseal: ${error.message}`, exitCode: error.exitCode };
  }
  if (error instanceof ImgsealError || errnoOf(error) !== undefined) {
    return { text: `imgseal: ${inWords(error)}`, exitCode: exitCodes.failed };
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return {
    text: `imgseal: this should not happen; please report it together with these lines\n${stack}`,
    exitCode: exitCodes.unforeseen,
  };
}

const systemErrors: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file or folder",
  ENOTDIR: "a part of the path is not a folder",
  EISDIR: "it is a folder, and a file is needed",
  EACCES: "permission denied; check its owner and mode (ls -l)",
  EPERM: "the operation is not permitted",
  EROFS: "the disk is mounted read-only",
  ENOSPC: "the disk is full",
  EDQUOT: "the disk quota is used up",
  EMFILE: "too many files are open; raise the limit (ulimit -n)",
  EEXIST: "there is a file of that name",
  ELOOP: "its symbolic links go round in a circle",
};

/** A system error without its syscalls, also as the cause of one of ours. */
function inWords(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause instanceof Error ? error.cause : error;
  const words = systemErrors[errnoOf(cause) ?? ""];
  if (words === undefined) return error.message;
  if (cause !== error) return error.message.replace(cause.message, words);
  return `${"path" in cause ? `${String(cause.path)}: ` : ""}${words}`;
}

/** What a command touches of the process it runs in: its output, its exit code and its clock. */

export interface Terminal {
  /** Standard output: what was asked for; one or more whole lines. */
  readonly out: (text: string) => void;
  /** Standard error: what went wrong, and what a person should know. */
  readonly err: (text: string) => void;
  /** Standard input. */
  readonly input: () => AsyncIterable<Uint8Array>;
  /** Standard output byte for byte: settled once there is room for more. */
  readonly write: (octets: Uint8Array) => Promise<void>;
  readonly nowMilliseconds: () => number;
  readonly wait: (milliseconds: number) => Promise<void>;
  /** For a command that did its work and whose answer is "no". */
  exitCode: ExitCode;
}

export const exitCodes = {
  ok: 0,
  /** Refused or failed. */
  failed: 1,
  /** The command line itself is wrong. */
  usage: 2,
  /** EX_SOFTWARE of sysexits.h: a mistake of ours. */
  unforeseen: 70,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** The one voice in which people are told something beside the result. */
export function warn(terminal: Terminal, text: string): void {
  terminal.err(`imgseal: warning: ${text}`);
}

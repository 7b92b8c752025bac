/** The options that every command takes: which presets, and which keys. */

import { type Command, Option } from "commander";

export interface FileOptions {
  readonly presets: string;
  readonly keys: string;
}

export const defaultPresets = "presets.yaml";

export function presetsOption(): Option {
  return new Option("--presets <file>", "the presets file").env("IMGSEAL_PRESETS").default(defaultPresets);
}

export function keysOption(): Option {
  const option = new Option("--keys <file>", "the key file, a JWK Set");
  return option.env("IMGSEAL_KEYS").default("imgseal.keys.json");
}

/** Whether the user named the file, on the command line or in the environment. */
export function isGiven(command: Command, option: keyof FileOptions): boolean {
  return command.getOptionValueSource(option) !== "default";
}

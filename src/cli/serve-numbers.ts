/** The numbers on the command line of `imgseal serve`. */

import { InvalidArgumentError } from "commander";

export function parsePort(text: string): number {
  if (!/^[0-9]{1,5}$/.test(text) || Number(text) > 65_535) {
    throw new InvalidArgumentError("Expected a number from 0 to 65535.");
  }
  return Number(text);
}

/** A parser of numbers from 1 to `most`, of two digits at most. */
export function parseCount(most: number): (text: string) => number {
  return (text) => {
    if (!/^[1-9][0-9]?$/.test(text) || Number(text) > most) {
      throw new InvalidArgumentError(`Expected a number from 1 to ${most}.`);
    }
    return Number(text);
  };
}

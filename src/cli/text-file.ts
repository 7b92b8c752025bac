/** Reading a file that the user named. */

import { readFile } from "node:fs/promises";
import { errnoOf, unlessAbsent } from "../store/failure.ts";
import { UserError } from "./failure.ts";

/**
 * The text of a file; nothing when there is none.
 *
 * @param needed what is needed there, such as `a key file`
 * @throws UserError when it is a folder
 */
export async function readTextFile(file: string, needed: string): Promise<string | undefined> {
  const refuseFolder = (error: unknown): never => {
    throw errnoOf(error) === "EISDIR" ? new UserError(`${file} is a folder, and ${needed} is needed`) : error;
  };
  return unlessAbsent(readFile(file, "utf8").catch(refuseFolder));
}

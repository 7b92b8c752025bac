/** System calls by file descriptor, as promises: a FileHandle of `node:fs/promises` costs three times as much. */

import fs from "node:fs";
import { promisify } from "node:util";

export const open = promisify(fs.open);
export const stat = promisify(fs.stat);
export const read = promisify(fs.read);
export const link = promisify(fs.link);
export const unlink = promisify(fs.unlink);
/** By path or descriptor, and until all is written. */
export const writeFile = promisify(fs.writeFile);
/** The C library's own: `fs.realpath` walks the path in JavaScript. */
export const realpath = promisify(fs.realpath.native);

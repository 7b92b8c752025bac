/**
 * Preloaded with `--import`: appends the URL of every module that is loaded to the file IMPORTS_FILE, and lets the
 * package MISSING_PACKAGE look as if it were not installed.
 */
import { appendFileSync } from "node:fs";
import { register } from "node:module";
import { isMainThread } from "node:worker_threads";

// Node runs the hooks in a thread of their own, from this same file.
if (isMainThread) register(import.meta.url);

const { IMPORTS_FILE, MISSING_PACKAGE } = process.env;

export async function resolve(specifier, context, next) {
  if (specifier !== MISSING_PACKAGE) return next(specifier, context);
  throw Object.assign(new Error(`Cannot find package '${specifier}'`), { code: "ERR_MODULE_NOT_FOUND" });
}

export async function load(url, context, next) {
  if (IMPORTS_FILE !== undefined) appendFileSync(IMPORTS_FILE, `${url}\n`);
  return next(url, context);
}

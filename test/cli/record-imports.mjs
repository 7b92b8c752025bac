/**
 * Preloaded with `--import`: appends the URL or path of every module that is loaded, imported or required, to the file
 * IMPORTS_FILE, and lets the package MISSING_PACKAGE look as if it were not installed.
 */
import { appendFileSync } from "node:fs";
import { createRequire, register } from "node:module";
import { isMainThread } from "node:worker_threads";

const { IMPORTS_FILE, MISSING_PACKAGE } = process.env;

// Node runs the hooks in a thread of their own, from this same file. They do not hear of what is required.
if (isMainThread) {
  register(import.meta.url);
  const { cache } = createRequire(import.meta.url);
  process.once("exit", () => {
    if (IMPORTS_FILE !== undefined) appendFileSync(IMPORTS_FILE, `${Object.keys(cache).join("\n")}\n`);
  });
}

export async function resolve(specifier, context, next) {
  if (specifier !== MISSING_PACKAGE) return next(specifier, context);
  throw Object.assign(new Error(`Cannot find package '${specifier}'`), { code: "ERR_MODULE_NOT_FOUND" });
}

export async function load(url, context, next) {
  if (IMPORTS_FILE !== undefined) appendFileSync(IMPORTS_FILE, `${url}\n`);
  return next(url, context);
}

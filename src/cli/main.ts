#!/usr/bin/env node
/** The `imgseal` command: connects the program to this process. */

import { setTimeout as delay } from "node:timers/promises";
import { run } from "./program.ts";
import { exitCodes, type Terminal } from "./terminal.ts";

// `imgseal presets | head -1`: the reader has had enough, and that is no error.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit();
});

const terminal: Terminal = {
  out: (text) => process.stdout.write(`${text}\n`),
  err: (text) => process.stderr.write(`${text}\n`),
  input: () => process.stdin,
  write: (octets) =>
    new Promise((resolve, reject) => {
      process.stdout.write(octets, (error) => (error ? reject(error) : resolve()));
    }),
  nowMilliseconds: Date.now,
  wait: (milliseconds) => delay(milliseconds),
  exitCode: exitCodes.ok,
};

await run(process.argv.slice(2), terminal);
process.exitCode = terminal.exitCode;
// A render whose viewer has left must not hold the process.
setTimeout(() => process.exit(), 1_000).unref();

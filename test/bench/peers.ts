/** The other image servers, installed from test/bench/package-lock.json when they are first needed. */

import { execFile } from "node:child_process";
import { cp, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Launch } from "./server-process.ts";

const run = promisify(execFile);
const installSeconds = 300;

/** Installs them unless they are there; false when that fails, as it does without a network. */
export async function installPeers(root: URL, say: (text: string) => void): Promise<boolean> {
  const folder = fileURLToPath(new URL("test/bench/", root));
  const [installed, wanted] = [
    join(folder, "node_modules/.package-lock.json"),
    join(folder, "package-lock.json"),
  ];
  if ((await modified(installed)) >= (await modified(wanted))) return true;
  say("installing ipx, next and autocannon into test/bench");
  try {
    await run("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], {
      cwd: folder,
      timeout: installSeconds * 1000,
    });
    return true;
  } catch (error) {
    say(`they could not be installed: ${error instanceof Error ? error.message.trim() : error}`);
    return false;
  }
}

/** ipx's own server over a folder. */
export function ipxLaunch(root: URL, sources: string): Launch {
  const program = fileURLToPath(new URL("test/bench/node_modules/ipx/bin/ipx.mjs", root));
  return { args: (port) => [program, "serve", "--dir", sources, "--host", "127.0.0.1", "--port", port] };
}

/** A Next application that serves this one picture as /photo.jpg; built when it is first needed. */
export async function nextLaunch(root: URL, photo: string, say: (text: string) => void): Promise<Launch> {
  const app = fileURLToPath(new URL("test/bench/next/", root));
  const server = join(app, ".next/standalone/next/server.js");
  const config = join(app, "next.config.js");
  if ((await modified(server)) < (await modified(config))) {
    say("building the Next application");
    const next = fileURLToPath(new URL("test/bench/node_modules/next/dist/bin/next", root));
    const env = { ...process.env, NODE_ENV: "production", NEXT_TELEMETRY_DISABLED: "1" } as const;
    await run(process.execPath, [next, "build"], { cwd: app, env, timeout: installSeconds * 1000 });
  }
  await cp(photo, join(dirname(server), "public/photo.jpg"));
  return {
    args: () => [server],
    cwd: dirname(server),
    env: (port) => ({ PORT: port, HOSTNAME: "127.0.0.1", NEXT_TELEMETRY_DISABLED: "1" }),
  };
}

/** Milliseconds; before everything for a file that is not there. */
async function modified(path: string): Promise<number> {
  try {
    return (await stat(path)).mtimeMs;
  } catch {
    return 0;
  }
}

// A server of an example, from its start until it is told to end.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { setTimeout } from "node:timers/promises";

/**
 * Once it answers.
 *
 * @param {(port: number) => readonly string[]} argsFor
 */
export async function serve(argsFor, { node, cwd, env }) {
  const port = await freePort();
  const child = spawn(node, argsFor(port), {
    cwd,
    stdio: ["ignore", "ignore", "inherit"],
    env: { ...env, PORT: String(port), HOST: "127.0.0.1" },
  });
  const origin = `http://127.0.0.1:${port}`;
  try {
    await untilAnswered(origin, child);
  } catch (error) {
    child.kill("SIGKILL");
    throw error;
  }
  return { origin, stop: () => stop(child) };
}

export async function stop(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill();
  await once(child, "exit");
}

async function freePort() {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

async function untilAnswered(origin, child) {
  const end = Date.now() + 60_000;
  while (Date.now() < end) {
    if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}`);
    const response = await fetch(origin).catch(() => undefined);
    if (response?.ok) return;
    await setTimeout(100);
  }
  throw new Error(`no answer at ${origin}`);
}

/** The address that `imgseal serve` listens on, and the names that it goes by. */

import { once } from "node:events";
import { createServer } from "node:net";

/**
 * The first of so many ports in a row that are free: workers have to agree on them, so "any free one" is settled before
 * they start.
 *
 * @throws the listener's own error when the host cannot be listened on
 */
export async function freePorts(host: string, count: number): Promise<number> {
  for (let tries = 1; ; tries += 1) {
    const first = await portOf(host, 0);
    const others = Array.from({ length: count - 1 }, (_, index) => portOf(host, first + index + 1));
    const taken = (await Promise.allSettled(others)).find(({ status }) => status === "rejected");
    if (taken === undefined) return first;
    if (tries === 20 && taken.status === "rejected") throw taken.reason;
  }
}

async function portOf(host: string, port: number): Promise<number> {
  const server = createServer().listen(port, host);
  await once(server, "listening");
  const address = server.address();
  server.close();
  return typeof address === "object" && address !== null ? address.port : 0;
}

/** Whether only this machine can reach it. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || host.startsWith("127.");
}

/** An address that a browser on this machine can open. */
export function baseUrl(host: string, port: number): string {
  const isAny = host === "0.0.0.0" || host === "::";
  return `http://${isAny ? "127.0.0.1" : inUrl(host)}:${port}`;
}

/**
 * Whether a Host header (RFC 9110 7.2) names what listens on this address; on other addresses than loopback, any does.
 *
 * DNS rebinding: a page of the attacker's has its own name resolve to 127.0.0.1, and to the visitor's browser what it
 * then reads here is of the page's own origin. The Host header is what tells.
 */
export function isOwnHost(header: string | undefined, host: string): boolean {
  // Every browser sends one.
  if (header === undefined || !isLoopback(host)) return true;
  const name = header.toLowerCase().replace(/:[0-9]*$/, "");
  return ["localhost", "127.0.0.1", "[::1]", inUrl(host)].includes(name);
}

function inUrl(host: string): string {
  return host.includes(":") ? `[${host}]` : host;
}

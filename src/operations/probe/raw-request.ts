/** One request as it is written: neither path nor headers are put into another form. */

import { request as httpRequest, type IncomingHttpHeaders } from "node:http";
import { request as httpsRequest } from "node:https";
import { isIP } from "node:net";
import { buffer } from "node:stream/consumers";

export interface RawReply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** The first word of `x-cache`: Miss, Hit, LambdaGeneratedResponse and so on. */
  readonly outcome: string;
}

/** Nobody answered. */
export class NoReply extends Error {
  override readonly name = "NoReply";
}

export type Ask = (target: string, headers?: Readonly<Record<string, string>>) => Promise<RawReply>;

const timeoutMilliseconds = 40_000;

/**
 * Asks one server; the promises reject with NoReply.
 *
 * @param base `http` or `https`, host, and port; a path in it is left out
 * @param location where to connect to instead, as whoever resolves the name elsewhere would: `host` or `host:port`
 */
export function createAsk(base: URL, location?: string): Ask {
  const isSecure = base.protocol === "https:";
  const request = isSecure ? httpsRequest : httpRequest;
  const { hostname, port } = location === undefined ? base : new URL(`${base.protocol}//${location}`);
  const connection = {
    host: withoutBrackets(hostname),
    port,
    ...(isSecure && isIP(withoutBrackets(base.hostname)) === 0 && { servername: base.hostname }),
  };
  return (path, more = {}) =>
    new Promise((resolve, reject) => {
      const headers = { host: base.host, ...more };
      const asked = request(
        { ...connection, path, headers, timeout: timeoutMilliseconds, agent: false },
        (reply) => {
          buffer(reply).then((body) => {
            const outcome = String(reply.headers["x-cache"] ?? "").split(" ", 1)[0] ?? "";
            resolve({ status: reply.statusCode ?? 0, headers: reply.headers, body, outcome });
          }, reject);
        },
      );
      asked.on("timeout", () => asked.destroy(new Error(`nothing within ${timeoutMilliseconds} ms`)));
      asked.on("error", (cause) => {
        const { code = cause.message }: NodeJS.ErrnoException = cause;
        reject(new NoReply(`${base.origin} does not answer: ${code}`, { cause }));
      });
      asked.end();
    });
}

function withoutBrackets(hostname: string): string {
  return hostname.replace(/^\[|\]$/gu, "");
}

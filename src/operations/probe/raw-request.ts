/** One request as it is written: neither path nor headers are put into another form. */

import { request as httpRequest, type IncomingHttpHeaders } from "node:http";
import { request as httpsRequest } from "node:https";
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
 */
export function createAsk(base: URL): Ask {
  const request = base.protocol === "https:" ? httpsRequest : httpRequest;
  return (path, headers = {}) =>
    new Promise((resolve, reject) => {
      const { hostname, port } = base;
      const host = hostname.replace(/^\[|\]$/gu, "");
      const asked = request(
        { host, port, path, headers, timeout: timeoutMilliseconds, agent: false },
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

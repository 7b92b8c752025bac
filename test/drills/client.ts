/** A viewer that never loses count: each request ends as an answer to its last byte, or as lost. */

import { Agent, type IncomingHttpHeaders, request } from "node:http";

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly milliseconds: number;
}

/** The connection ended before the answer did. */
export interface Lost {
  readonly status: 0;
  readonly reason: string;
  /** Of the body; -1 when not even the head came. */
  readonly bytes: number;
}

export interface Client {
  get(target: string, headers?: Readonly<Record<string, string>>): Promise<Answer | Lost>;
  close(): void;
}

const defaultPatienceMilliseconds = 30_000;

/** Keeps its connections open, at most so many; one that is silent for too long is given up. */
export function openClient(
  port: number,
  maxSockets: number,
  patienceMilliseconds = defaultPatienceMilliseconds,
): Client {
  const agent = new Agent({ keepAlive: true, maxSockets });
  return {
    get: (path, headers = {}) =>
      new Promise((resolve) => {
        const started = performance.now();
        let bytes = -1;
        const lost = (cause: Error) =>
          resolve({ status: 0, reason: "code" in cause ? String(cause.code) : cause.message, bytes });
        const sent = request({ host: "127.0.0.1", port, path, headers, agent }, (response) => {
          bytes = 0;
          const chunks: Buffer[] = [];
          response.on("data", (chunk: Buffer) => {
            bytes += chunk.length;
            chunks.push(chunk);
          });
          response.once("error", lost);
          response.once("end", () => {
            const { statusCode: status = 0, headers } = response;
            const body = Buffer.concat(chunks);
            const milliseconds = performance.now() - started;
            resolve({ status, headers, body, milliseconds } satisfies Answer);
          });
        });
        sent.setTimeout(patienceMilliseconds, () =>
          sent.destroy(new Error(`silent for ${patienceMilliseconds} ms`)),
        );
        sent.once("error", lost).end();
      }),
    close: () => agent.destroy(),
  };
}

export function isLost(outcome: Answer | Lost): outcome is Lost {
  return outcome.status === 0;
}

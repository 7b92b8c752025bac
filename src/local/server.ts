/** node:http in front of a distribution. */

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { answerRequest, type ExchangeParts } from "./exchange.ts";

export interface RunningServer {
  readonly port: number;
  /** Refuses new connections, finishes what runs, and ends what still runs after the time given. */
  close(graceMilliseconds: number): Promise<void>;
}

/**
 * Listens; port 0 takes a free one.
 *
 * @throws the listener's own error (EADDRINUSE, EACCES) when it cannot
 */
export async function startServer(
  parts: ExchangeParts,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<RunningServer> {
  let isClosing = false;
  const server = createServer((request, response) => {
    // A connection that stays open would hold the shutdown until its time is over.
    if (isClosing) response.setHeader("connection", "close");
    respond(request, response, parts);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  });
  const address = server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : port,
    async close(graceMilliseconds) {
      isClosing = true;
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      const deadline = setTimeout(() => server.closeAllConnections(), graceMilliseconds);
      await closed;
      clearTimeout(deadline);
    },
  };
}

async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  parts: ExchangeParts,
): Promise<void> {
  const { status, headers, body, logLine } = await answerRequest(
    {
      method: request.method ?? "",
      url: request.url ?? "",
      headers: singleValues(request),
      clientIp: request.socket.remoteAddress ?? "",
    },
    parts,
  );
  response.writeHead(status, headers);
  response.end(body);
  if (logLine !== undefined) parts.writeLog(logLine);
}

function singleValues({ headers }: IncomingMessage): Record<string, string> {
  const single: Record<string, string> = {};
  for (const name in headers) {
    const value = headers[name];
    // node:http joins every repeated header but Set-Cookie, which is none of a request's.
    if (typeof value === "string") single[name] = value;
  }
  return single;
}

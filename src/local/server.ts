/** node:http in front of a distribution. */

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { Server as NetServer } from "node:net";
import { type Connections, watchConnections } from "./connections.ts";
import { turnEventLoop } from "./event-loop.ts";
import { answerRequest, type ExchangeParts } from "./exchange.ts";
import { boundSlowHeads } from "./slow-heads.ts";

/** What one client may take, so that a slow, a silent or a hostile one costs little, and that for a short time. */
const clientLimits = {
  // "Quotas on CloudFront", length of a request without its body: a longer one never reaches a function.
  maxHeaderSize: 32_768,
  // The head of a request is one packet or two. Whoever sends it by the byte (Slowloris), or nothing at all, is
  // answered with 408 after this and one interval more.
  headersTimeout: 10_000,
  // No request has a body that is wanted: this ends those that announce one and do not send it.
  requestTimeout: 15_000,
  connectionsCheckingInterval: 5_000,
  // Longer than the 60 s for which nginx and AWS's load balancers keep an idle connection: who reuses one must not meet
  // its end, which reads as a 502.
  keepAliveTimeout: 65_000,
};

// More slow heads than are allowed at once last a second or so; up to that many end with headersTimeout.
const slowHeadsIntervalMilliseconds = 500;

// No byte either way for so long: a client that stopped reading, or is gone without a word. Far longer than a render
// and its turn in the queue take. In the middle of an answer Node looks twice before it believes it, so it is up to 240 s.
const silenceMilliseconds = 120_000;

// A process has some 20,000 file descriptors or more, and pictures are files too: without a bound, idle connections
// alone would bring every read to EMFILE.
const maxConnections = 16_384;

// For taking in what has arrived: 200 ms, and longer where there is hardly any processor for it.
const takingInTurns = 10;

export interface RunningServer {
  readonly port: number;
  /** Takes in what has arrived, refuses what comes then, finishes what runs, and ends what still runs after the time given. */
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
  const server = createServer(clientLimits);
  server.maxConnections = maxConnections;
  server.setTimeout(silenceMilliseconds);
  const connections = watchConnections(server);
  const endSlowHeads = boundSlowHeads(server, connections);
  server.on("request", (request, response) => respond(request, response, parts, connections));
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  });
  const slowHeads = setInterval(endSlowHeads, slowHeadsIntervalMilliseconds);
  server.once("close", () => clearInterval(slowHeads));
  const address = server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : port,
    async close(graceMilliseconds) {
      const deadline = setTimeout(() => server.closeAllConnections(), graceMilliseconds);
      connections.endAfterAnswers();
      // Requests that have arrived are still in the kernel, and connections too, or on their way from the process that
      // listens: both are taken in before the door closes.
      if (graceMilliseconds > 0) await turnEventLoop(takingInTurns);
      // Not http.Server's own close: for it, a connection is idle as soon as its answer is handed over, and a picture that
      // is still on its way to a slow client is cut off.
      const closed = new Promise<void>((resolve) => NetServer.prototype.close.call(server, () => resolve()));
      // What the last connections have sent is read: a request that lies in the kernel is not seen to be owed.
      if (graceMilliseconds > 0) await turnEventLoop(1);
      connections.endIdle();
      await closed;
      clearTimeout(deadline);
    },
  };
}

async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  parts: ExchangeParts,
  connections: Connections,
): Promise<void> {
  const { status, headers, body } = await answerRequest(
    {
      method: request.method ?? "",
      url: originForm(request.url ?? ""),
      headers: singleValues(request),
      clientIp: request.socket.remoteAddress ?? "",
    },
    parts,
  );
  // Asked now: the server may have begun to close while this was rendered, and the client should not send more.
  if (connections.isLastAnswer(request.socket)) response.setHeader("connection", "close");
  response.writeHead(status, headers);
  response.end(body);
}

/** A target as it is sent to a proxy (RFC 9112 3.2.2) without what it repeats: every host is this one. */
function originForm(target: string): string {
  const authority = /^https?:\/\/[^/?#]*/i.exec(target)?.[0];
  if (authority === undefined) return target;
  const rest = target.slice(authority.length);
  return rest.startsWith("/") ? rest : `/${rest}`;
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

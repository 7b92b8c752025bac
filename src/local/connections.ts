/** Which connections still owe an answer: a server that closes has to send those to their last byte. */

import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";

export interface Connections {
  /** From now on, every connection ends once it has sent the answers that it owes. */
  endAfterAnswers(): void;
  /** Ends those that owe none. */
  endIdle(): void;
  owesAnswers(socket: Socket): boolean;
  /** Whether an answer that is not sent yet is the last that this connection sends. */
  isLastAnswer(socket: Socket): boolean;
}

/** Watches the connections of a server that does not listen yet. */
export function watchConnections(server: Server): Connections {
  // Several where a client pipelines (RFC 9112 9.3.2).
  const owedAnswers = new Map<Socket, number>();
  let isEnding = false;

  server.on("connection", (socket: Socket) => {
    owedAnswers.set(socket, 0);
    socket.once("close", () => owedAnswers.delete(socket));
  });
  server.on("request", ({ socket }: IncomingMessage, response: ServerResponse) => {
    owedAnswers.set(socket, (owedAnswers.get(socket) ?? 0) + 1);
    response.once("close", () => settle(socket));
  });

  function settle(socket: Socket): void {
    const owed = owedAnswers.get(socket);
    // The connection broke, and took its answers with it.
    if (owed === undefined) return;
    owedAnswers.set(socket, owed - 1);
    if (isEnding && owed === 1) socket.destroySoon();
  }

  return {
    endAfterAnswers() {
      isEnding = true;
    },
    endIdle() {
      for (const [socket, owed] of owedAnswers) if (owed === 0) socket.destroySoon();
    },
    owesAnswers: (socket) => (owedAnswers.get(socket) ?? 0) > 0,
    isLastAnswer: (socket) => isEnding && owedAnswers.get(socket) === 1,
  };
}

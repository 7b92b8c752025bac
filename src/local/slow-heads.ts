/** Heads of requests that come by the byte (Slowloris): so many a server reads at once, and no more. */

import type { Server } from "node:http";
import type { Socket } from "node:net";
import { setImmediate as afterPolling } from "node:timers/promises";
import type { Connections } from "./connections.ts";

// The head of a request is one packet or two. On a bad line it may take longer than two looks, but not for so many
// clients at a time; a thousand would wake the server for each of their bytes, and everybody else would wait for it.
const maxSlowHeads = 128;

// Looked at in one go. Ten thousand take milliseconds, and nobody waits for that.
const batchConnections = 256;

interface Reading {
  /** What the connection had brought when its last request was whole. */
  bytesBefore: number;
  /** How many looks in a row have found a head that had begun. */
  looks: number;
}

/**
 * Watches the heads that the connections of a server bring; the server does not listen yet.
 *
 * @returns a look at them, to be repeated: when more than 128 heads have begun before the last look and are not whole at
 *   this one, it ends those that have been there longest, with 408 (RFC 9110 15.5.9)
 */
export function boundSlowHeads(server: Server, connections: Connections): () => Promise<void> {
  const readings = new Map<Socket, Reading>();

  server.on("connection", (socket: Socket) => {
    readings.set(socket, { bytesBefore: 0, looks: 0 });
    socket.once("close", () => readings.delete(socket));
  });

  server.on("request", ({ socket }) => {
    const reading = readings.get(socket);
    if (reading !== undefined) Object.assign(reading, { bytesBefore: socket.bytesRead, looks: 0 });
  });

  function countLook(socket: Socket, reading: Reading): void {
    // Until it is answered, what comes is the body of a request or waits behind it.
    if (connections.owesAnswers(socket)) reading.bytesBefore = socket.bytesRead;
    reading.looks = socket.bytesRead > reading.bytesBefore ? reading.looks + 1 : 0;
  }

  async function findSlow(): Promise<Socket[]> {
    let looked = 0;
    for (const [socket, reading] of readings) {
      countLook(socket, reading);
      looked += 1;
      if (looked % batchConnections === 0) await afterPolling();
    }
    // Asked at the end: a head that became whole meanwhile is not slow any more.
    return [...readings]
      .filter(([, { looks }]) => looks > 1)
      .sort(([, one], [, other]) => other.looks - one.looks)
      .map(([socket]) => socket);
  }

  let isLooking = false;
  return async () => {
    if (isLooking || readings.size <= maxSlowHeads) return;
    isLooking = true;
    const slow = await findSlow();
    isLooking = false;
    for (const socket of slow.slice(0, Math.max(0, slow.length - maxSlowHeads))) {
      readings.delete(socket);
      socket.end("HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n", () => socket.destroy());
    }
  };
}

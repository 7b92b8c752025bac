/** Clients that take without giving back, many of them at once. */

import { once } from "node:events";
import type { Socket } from "node:net";
import { openSocket } from "./raw-http.ts";

export interface Pressure {
  readonly name: string;
  readonly clients: Readonly<Record<"short" | "full", number>>;
  /** When the server has ended all of them by itself: its time-out, one interval of its watch, and a little. */
  readonly endsWithinSeconds?: number;
  /** Once every client is there. */
  begin(stage: PressureStage): Promise<Pressing>;
  /** What honest clients that want the same work would do; without it, nobody else is there. */
  honestly?(stage: PressureStage): Promise<Pressing>;
}

export interface PressureStage {
  readonly port: number;
  readonly clients: number;
  /** A signed picture that is in memory, and a page of several megabytes. */
  readonly picture: string;
  readonly large: string;
  /** The full picture is asked for cold: a target of its own each time. */
  cold(): string;
}

export interface Pressing {
  /** How many connections there were at once. */
  readonly reached: number;
  stop(): void;
}

const get = (target: string, connection = "keep-alive") =>
  `GET ${target} HTTP/1.1\r\nhost: x\r\nconnection: ${connection}\r\n\r\n`;

export const pressures: readonly Pressure[] = [
  {
    name: "idle connections that have sent nothing",
    clients: { short: 300, full: 10_000 },
    endsWithinSeconds: 20,
    begin: (stage) => hold(stage, (socket) => socket.resume()),
  },
  {
    name: "idle connections that have had an answer",
    clients: { short: 300, full: 10_000 },
    endsWithinSeconds: 75,
    begin: (stage) => hold(stage, (socket) => socket.resume().write(get(stage.picture))),
  },
  {
    name: "heads sent by the byte, two a second (Slowloris)",
    clients: { short: 100, full: 1_000 },
    endsWithinSeconds: 20,
    begin: (stage) =>
      every(500, stage, (socket) => {
        socket.resume().write(socket.bytesWritten === 0 ? "GET /thumb/a.jpg HTTP/1.1\r\nx-slow: " : "y");
      }),
  },
  {
    name: "bodies announced and not sent",
    clients: { short: 100, full: 1_000 },
    endsWithinSeconds: 75,
    begin: (stage) =>
      hold(stage, (socket) =>
        socket.resume().write(`POST /thumb/a.jpg HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\n`),
      ),
  },
  {
    name: "answers that nobody reads",
    clients: { short: 10, full: 100 },
    endsWithinSeconds: 245,
    begin: (stage) => hold(stage, (socket) => socket.pause().write(get(stage.large).repeat(4))),
  },
  {
    name: "connections reset right after a cold request, 20 a second",
    clients: { short: 20, full: 100 },
    begin: async ({ port, cold }) =>
      repeatedly(50, () => {
        const socket = openSocket(port, get(cold()));
        setTimeout(() => socket.resetAndDestroy(), 20);
      }),
    // Rendering costs others more than the reset does.
    honestly: async ({ port, cold }) => repeatedly(50, () => openSocket(port, get(cold(), "close")).resume()),
  },
  {
    name: "forged URLs, 400 a second",
    clients: { short: 4, full: 4 },
    begin: (stage) => every(10, stage, (socket) => socket.resume().write(get(forged(stage.picture)))),
  },
  {
    name: "header bombs of 64 kB, 40 a second",
    clients: { short: 4, full: 4 },
    begin: async ({ port, picture }) =>
      repeatedly(25, () =>
        openSocket(port, `GET ${picture} HTTP/1.1\r\nx: ${"y".repeat(64_000)}\r\n\r\n`).resume(),
      ),
  },
];

function forged(target: string): string {
  return target.replace(/sig=./, (start) => (start === "sig=A" ? "sig=B" : "sig=A"));
}

/** Opens all connections, a few at a time, and does one thing on each. */
async function hold({ port, clients }: PressureStage, use: (socket: Socket) => void): Promise<Pressing> {
  const sockets: Socket[] = [];
  const batch = 200;
  while (sockets.length < clients) {
    const opened = Array.from({ length: Math.min(batch, clients - sockets.length) }, () => openSocket(port));
    const connected = await Promise.all(opened.map(isConnected));
    sockets.push(...opened);
    // No more than this machine allows.
    if (connected.includes(false)) break;
    for (const socket of opened) use(socket);
  }
  return {
    reached: sockets.filter(({ destroyed }) => !destroyed).length,
    stop() {
      for (const socket of sockets) socket.resetAndDestroy();
    },
  };
}

async function isConnected(socket: Socket): Promise<boolean> {
  await Promise.race([once(socket, "connect"), once(socket, "close")]);
  return !socket.destroyed;
}

/** On every connection again and again. */
async function every(
  milliseconds: number,
  stage: PressureStage,
  act: (socket: Socket) => void,
): Promise<Pressing> {
  const sockets: Socket[] = [];
  const held = await hold(stage, (socket) => {
    sockets.push(socket);
    act(socket);
  });
  const timer = setInterval(() => {
    for (const socket of sockets) if (socket.writable) act(socket);
  }, milliseconds);
  return {
    ...held,
    stop() {
      clearInterval(timer);
      held.stop();
    },
  };
}

function repeatedly(milliseconds: number, act: () => void): Pressing {
  const timer = setInterval(act, milliseconds);
  return { reached: 0, stop: () => clearInterval(timer) };
}

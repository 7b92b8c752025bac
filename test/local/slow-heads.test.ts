import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { watchConnections } from "../../src/local/connections.ts";
import { boundSlowHeads } from "../../src/local/slow-heads.ts";

const begun = "GET /a HTTP/1.1\r\nhost: x\r\nx-slow: ";
const most = 128;

let server: Server;
let look: () => Promise<void>;
let clients: Client[];

interface Client {
  readonly socket: Socket;
  received: string;
}

beforeEach(async () => {
  clients = [];
  server = createServer({ headersTimeout: 60_000 }, (request, response) => {
    if (request.url !== "/never") response.end("answered");
  });
  look = boundSlowHeads(server, watchConnections(server));
  await once(server.listen(0, "127.0.0.1"), "listening");
});

afterEach(() => {
  for (const { socket } of clients) socket.destroy();
  server.close();
});

/** Connected in this order, and each with its text on its way. */
async function connectAll(count: number, text: string): Promise<Client[]> {
  const opened: Client[] = [];
  for (let index = 0; index < count; index += 1) {
    const socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
    const client: Client = { socket, received: "" };
    socket.setEncoding("latin1").on("data", (data: string) => {
      client.received += data;
    });
    opened.push(client);
    await Promise.all([once(socket, "connect"), once(server, "connection")]);
    socket.write(text);
  }
  clients.push(...opened);
  await arrival();
  return opened;
}

/** Loopback takes far less. */
const arrival = () => delay(50);

async function lookTwice(): Promise<void> {
  await look();
  await look();
  await arrival();
}

const isOpen = ({ socket }: Client) => !socket.readableEnded && !socket.destroyed;

describe("heads that come slowly", () => {
  it("are read to their end while there are 128 at most", async () => {
    const slow = await connectAll(most, begun);
    await connectAll(1, "");
    await lookTwice();
    expect(slow.filter(isOpen).length).toBe(most);
    for (const { socket } of slow) socket.write("y\r\n\r\n");
    await arrival();
    expect(slow.filter(({ received }) => received.endsWith("answered")).length).toBe(most);
  });

  it("are ended with 408 beyond that, those that have been there longest first", async () => {
    const oldest = await connectAll(3, begun);
    await connectAll(most, "");
    await look();
    const others = clients.slice(3);
    for (const { socket } of others) socket.write(begun);
    await arrival();
    await lookTwice();
    expect(oldest.map(({ received }) => received)).toEqual(
      oldest.map(() => "HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n"),
    );
    expect(oldest.some(isOpen)).toBe(false);
    expect(others.filter(isOpen).length).toBe(most);
  });

  it("are not slow at the first look that finds them", async () => {
    const slow = await connectAll(most + 10, begun);
    await look();
    await arrival();
    expect(slow.filter(isOpen).length).toBe(most + 10);
  });

  it("are not slow when they become whole while the others are looked at", async () => {
    // More than two batches: in between, what has arrived is read.
    const slow = await connectAll(5 * most, begun);
    await look();
    const looking = look();
    for (const { socket } of slow) socket.write("y\r\n\r\n");
    await Promise.all([looking, arrival()]);
    expect(slow.filter(({ received }) => received.endsWith("answered")).length).toBe(5 * most);
  });

  it("are looked at once by two looks at a time", async () => {
    const slow = await connectAll(3 * most, begun);
    await Promise.all([look(), look()]);
    await arrival();
    expect(slow.filter(isOpen).length).toBe(3 * most);
  });

  it("count after an answer as well as before one", async () => {
    const answered = await connectAll(most + 1, "GET /a HTTP/1.1\r\nhost: x\r\n\r\n");
    await lookTwice();
    for (const { socket } of answered) socket.write(begun);
    await arrival();
    await lookTwice();
    expect(answered.filter(isOpen).length).toBe(most);
  });
});

describe("connections of others", () => {
  it.each([
    ["that have sent nothing", ""],
    ["that have had an answer", "GET /a HTTP/1.1\r\nhost: x\r\n\r\n"],
    ["that wait for one", "GET /never HTTP/1.1\r\nhost: x\r\n\r\n"],
  ])("%s stay open, however many there are", async (_case, text) => {
    const silent = await connectAll(most + 10, text);
    await lookTwice();
    await lookTwice();
    expect(silent.filter(isOpen).length).toBe(most + 10);
  });

  it("stay open while they wait for an answer and send what comes behind it", async () => {
    const waiting = await connectAll(most + 10, "GET /never HTTP/1.1\r\nhost: x\r\n\r\n");
    for (const { socket } of waiting) socket.write(begun);
    await arrival();
    await lookTwice();
    expect(waiting.filter(isOpen).length).toBe(most + 10);
  });

  it("begin a head that is not slow, long after an earlier one was", async () => {
    const [client] = await connectAll(1, begun);
    await connectAll(most, begun);
    await look();
    for (const { socket } of clients) socket.write("y\r\n\r\n");
    await arrival();
    for (const { socket } of clients) socket.write(begun);
    await arrival();
    await look();
    await arrival();
    expect(client && isOpen(client)).toBe(true);
  });
});

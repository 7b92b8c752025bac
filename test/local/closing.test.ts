import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeEach, expect, it } from "vitest";
import { startTestService, type TestService } from "../fixtures/service.ts";

// More than the buffers of both ends hold: the rest is still in this process when it is told to close.
const page = "x".repeat(30_000_000);
const headers = { "content-type": "text/plain" };
const graceMilliseconds = 5_000;

let service: TestService;
let socket: Socket;
let finishSlowPage: () => void;

beforeEach(async () => {
  service = await startTestService({
    pages: {
      "/_large": async () => ({ headers, body: page }),
      "/_slow": async () => {
        await new Promise<void>((resolve) => {
          finishSlowPage = resolve;
        });
        return { headers, body: "done" };
      },
    },
  });
  socket = connect(service.port, "127.0.0.1");
  await once(socket, "connect");
});

afterEach(async () => {
  socket.destroy();
  await service.close(0);
});

/** How many bytes come until the server ends the connection, when the client takes its time over each chunk. */
async function readSlowly(): Promise<number> {
  let bytes = 0;
  for await (const chunk of socket) {
    bytes += chunk.length;
    await delay(1);
  }
  return bytes;
}

/** Nothing else of this process runs meanwhile: timers come due, and nobody asks the kernel what has arrived. */
function holdProcessor(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}

async function millisecondsToClose(): Promise<number> {
  const started = Date.now();
  await service.close(graceMilliseconds);
  return Date.now() - started;
}

it("sends what a slow client is owed to its last byte before it closes", async () => {
  socket.write("GET /_large HTTP/1.1\r\nhost: x\r\n\r\n");
  await once(socket, "readable");
  const [bytes] = await Promise.all([readSlowly(), service.close(graceMilliseconds)]);
  expect(bytes).toBeGreaterThan(page.length);
});

it("answers every request that has arrived when it closes, pipelined ones too", async () => {
  let text = "";
  socket.on("data", (chunk) => {
    text += chunk.toString();
  });
  const request = "GET /nowhere HTTP/1.1\r\nhost: x\r\n\r\n";
  socket.write(request);
  await once(socket, "data");
  socket.write(request.repeat(20));
  await Promise.all([once(socket, "close"), service.close(graceMilliseconds)]);
  expect(text.match(/^HTTP\/1\.1 400 /gm)).toHaveLength(21);
});

it("answers what arrived while the process got no processor to read it", async () => {
  socket.write("GET /nowhere HTTP/1.1\r\nhost: x\r\n\r\n");
  const closing = service.close(graceMilliseconds);
  holdProcessor(400);
  let answer = "";
  socket.on("data", (chunk) => {
    answer += chunk.toString();
  });
  await Promise.all([once(socket, "close"), closing]);
  expect(answer).toMatch(/^HTTP\/1\.1 400 /);
});

it("tells a client that waits for its answer not to send more on this connection", async () => {
  socket.write("GET /_slow HTTP/1.1\r\nhost: x\r\n\r\n");
  await delay(50);
  const closing = service.close(graceMilliseconds);
  await delay(50);
  finishSlowPage();
  const [answer] = await once(socket, "data");
  expect(answer.toString()).toMatch(/\r\nconnection: close\r\n/i);
  await closing;
});

it.each([
  ["has sent nothing, as browsers do in advance,", ""],
  ["has sent half a request", "GET /thumb/a.jpg HTTP/1.1\r\nho"],
])("does not wait for a connection that %s", async (_, sent) => {
  socket.write(sent);
  await delay(50);
  expect(await millisecondsToClose()).toBeLessThan(graceMilliseconds / 2);
});

it("ends what still runs after the time given", async () => {
  socket.write("GET /_large HTTP/1.1\r\nhost: x\r\n\r\n");
  await once(socket, "readable");
  const started = Date.now();
  await service.close(200);
  expect(Date.now() - started).toBeLessThan(graceMilliseconds / 2);
});

it("refuses a head over 32 KiB with 431", async () => {
  socket.write(`GET / HTTP/1.1\r\nhost: x\r\nx-long: ${"y".repeat(33_000)}\r\n\r\n`);
  const [answer] = await once(socket, "data");
  expect(answer.toString()).toMatch(/^HTTP\/1\.1 431 /);
});

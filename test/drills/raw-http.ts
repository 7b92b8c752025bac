/** HTTP/1.1 byte by byte, for what no client library would send. */

import { connect, type Socket } from "node:net";

export interface RawAnswer {
  readonly status: number;
  readonly head: string;
  readonly body: Buffer;
}

const patienceMilliseconds = 10_000;

/** Sends the bytes on a connection of their own, and gives every answer that came until it was closed. */
export async function exchangeRaw(port: number, request: string | Buffer): Promise<readonly RawAnswer[]> {
  return parseAnswers(await readToEnd(openSocket(port, request)));
}

export function openSocket(port: number, request?: string | Buffer): Socket {
  const socket = connect(port, "127.0.0.1");
  // The server may well end it while this end still writes; what was answered until then is what counts.
  socket.on("error", () => socket.destroy());
  if (request !== undefined) socket.write(request);
  return socket;
}

/** What arrives until the other end closes, or until patience does. */
export function readToEnd(socket: Socket, milliseconds = patienceMilliseconds): Promise<Buffer> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    const timer = setTimeout(() => socket.destroy(), milliseconds);
    socket.on("data", (chunk) => chunks.push(chunk));
    socket.once("close", () => {
      clearTimeout(timer);
      resolve(Buffer.concat(chunks));
    });
  });
}

/** Answers as this server frames them: by Content-Length, or without a body. */
export function parseAnswers(bytes: Buffer): readonly RawAnswer[] {
  const answers: RawAnswer[] = [];
  for (let from = 0; from < bytes.length; ) {
    const headEnd = bytes.indexOf("\r\n\r\n", from);
    if (headEnd === -1) break;
    const head = bytes.subarray(from, headEnd).toString("latin1");
    const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(head)?.[1] ?? 0);
    const length = Number(/^content-length: *(\d+)$/im.exec(head)?.[1] ?? 0);
    const body = bytes.subarray(headEnd + 4, headEnd + 4 + length);
    answers.push({ status, head, body });
    from = headEnd + 4 + body.length;
  }
  return answers;
}

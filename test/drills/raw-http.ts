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

/** Every whole answer in the bytes (RFC 9112 6.3); answers to HEAD are not among what is sent here. */
export function parseAnswers(bytes: Buffer): readonly RawAnswer[] {
  const answers: RawAnswer[] = [];
  for (let from = 0; from < bytes.length; ) {
    const headEnd = bytes.indexOf("\r\n\r\n", from);
    if (headEnd === -1) break;
    const head = bytes.subarray(from, headEnd).toString("latin1");
    const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(head)?.[1] ?? 0);
    const isChunked = /^transfer-encoding: *chunked$/im.test(head);
    const [body, end] = isChunked ? chunks(bytes, headEnd + 4) : sized(bytes, headEnd + 4, head);
    answers.push({ status, head, body });
    from = end;
  }
  return answers;
}

type BodyAndEnd = readonly [body: Buffer, end: number];

function sized(bytes: Buffer, from: number, head: string): BodyAndEnd {
  const body = bytes.subarray(from, from + Number(/^content-length: *(\d+)$/im.exec(head)?.[1] ?? 0));
  return [body, from + body.length];
}

function chunks(bytes: Buffer, from: number): BodyAndEnd {
  const parts: Buffer[] = [];
  for (let at = from; ; ) {
    const lineEnd = bytes.indexOf("\r\n", at);
    const length = Number.parseInt(bytes.subarray(at, lineEnd).toString("latin1"), 16);
    const begin = lineEnd + 2;
    // Cut off, or the last chunk.
    if (lineEnd === -1 || !(length > 0)) return [Buffer.concat(parts), begin + 2];
    parts.push(bytes.subarray(begin, begin + length));
    at = begin + length + 2;
  }
}

/** What an S3 bucket, or the network before it, can do wrong: one row each, injected into a face that speaks S3. */

import type { IncomingMessage, ServerResponse } from "node:http";

/** Answers the request wrongly and says true, or changes how the right answer will be sent and says false. */
export type Inject = (request: IncomingMessage, response: ServerResponse) => boolean;

export type FaultName =
  | "hangs"
  | "answers slowly"
  | "resets the connection"
  | "500 InternalError"
  | "503 SlowDown"
  | "403 AccessDenied"
  | "404 NoSuchKey"
  | "404 NoSuchBucket"
  | "half a body, then closes"
  | "half a body, then hangs"
  | "one bit wrong in the body"
  | "a proxy's page with 200"
  | "stores it, then resets the connection"
  | "says 200 and stores nothing";

// Within every timeout, and long enough to overlap with other requests.
const slowMilliseconds = 120;

export const faults: Readonly<Record<FaultName, Inject>> = {
  hangs: (request) => {
    request.resume();
    return true;
  },
  "answers slowly": (_, response) => {
    onEnd(response, (send) => setTimeout(send, slowMilliseconds));
    return false;
  },
  "resets the connection": ({ socket }) => {
    socket.resetAndDestroy();
    return true;
  },
  "500 InternalError": s3Error(500, "InternalError"),
  "503 SlowDown": s3Error(503, "SlowDown"),
  "403 AccessDenied": s3Error(403, "AccessDenied"),
  "404 NoSuchKey": s3Error(404, "NoSuchKey"),
  "404 NoSuchBucket": s3Error(404, "NoSuchBucket"),
  "half a body, then closes": (_, response) => {
    onEnd(response, (_send, body) => response.write(half(body), () => response.destroy()));
    return false;
  },
  "half a body, then hangs": (_, response) => {
    onEnd(response, (_send, body) => response.write(half(body)));
    return false;
  },
  "one bit wrong in the body": (_, response) => {
    onEnd(response, (send, body) => send(withOneBitWrong(body)));
    return false;
  },
  "a proxy's page with 200": (request, response) => {
    request.resume();
    response.writeHead(200, { "content-type": "text/html" }).end("<h1>Please log in</h1>");
    return true;
  },
  "stores it, then resets the connection": ({ socket }, response) => {
    onEnd(response, () => socket.resetAndDestroy());
    return false;
  },
  "says 200 and stores nothing": (request, response) => {
    request.resume();
    response.writeHead(200, { etag: '"5d41402abc4b2a76b9719d911017c592"' }).end();
    return true;
  },
};

/** The face sends an answer by one call of `end` with the whole body: there it can be caught. */
function onEnd(response: ServerResponse, catchIt: (send: (body?: Buffer) => void, body: Buffer) => void) {
  const end = response.end.bind(response);
  response.end = (body?: unknown) => {
    const whole = Buffer.isBuffer(body) ? body : Buffer.alloc(0);
    catchIt((changed = whole) => end(changed), whole);
    return response;
  };
}

function s3Error(status: number, code: string): Inject {
  return (request, response) => {
    request.resume();
    const text = `<Error><Code>${code}</Code><Message>a drill</Message><BucketName>secret-bucket</BucketName></Error>`;
    response.writeHead(status, { "content-type": "application/xml" });
    response.end(request.method === "HEAD" ? undefined : text);
    return true;
  };
}

function half(body: Buffer): Buffer {
  return body.subarray(0, Math.floor(body.length / 2));
}

function withOneBitWrong(body: Buffer): Buffer {
  const changed = Buffer.from(body);
  // In the middle, where a decoder notices nothing.
  changed[body.length >> 1] = (body[body.length >> 1] ?? 0) ^ 4;
  return changed;
}

/**
 * Lambda's Runtime API on loopback: hands a runtime client one event at a time and takes its answers.
 *
 * "Using the Lambda runtime API for custom runtimes" of the Lambda developer guide.
 */

import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";

export interface Invocation {
  /** What the function answered, as it was sent. */
  readonly text: string;
  /** From the moment the event was handed over to the moment its answer was there. */
  readonly milliseconds: number;
}

export interface RuntimeApi {
  /** For AWS_LAMBDA_RUNTIME_API. */
  readonly address: string;
  /** Waits for the client to ask; events are handed over in order. Rejects with FunctionError. */
  invoke(event: object, options?: { readonly timeoutMilliseconds?: number }): Promise<Invocation>;
  /** Rejects everything that waits, now and later: the client is gone. */
  fail(reason: Error): void;
  close(): Promise<void>;
}

/** What the client reports of a function that threw, or that could not be loaded. */
export class FunctionError extends Error {
  override readonly name = "FunctionError";
  readonly errorType: string;

  constructor(errorType: string, message: string) {
    super(message);
    this.errorType = errorType;
  }
}

interface Pending {
  readonly id: string;
  readonly body: string;
  readonly timeoutMilliseconds: number;
  handedOver: number;
  readonly resolve: (invocation: Invocation) => void;
  readonly reject: (error: Error) => void;
}

const version = "/2018-06-01/runtime";

/** Listens on a free port of the loopback interface. */
export async function startRuntimeApi(): Promise<RuntimeApi> {
  const queue: Pending[] = [];
  const running = new Map<string, Pending>();
  let asking: ServerResponse | undefined;
  let failure: Error | undefined;

  function handOver(): void {
    const pending = asking === undefined ? undefined : queue.shift();
    if (asking === undefined || pending === undefined) return;
    running.set(pending.id, pending);
    asking.writeHead(200, {
      "content-type": "application/json",
      "lambda-runtime-aws-request-id": pending.id,
      "lambda-runtime-deadline-ms": String(Date.now() + pending.timeoutMilliseconds),
      "lambda-runtime-invoked-function-arn": "arn:aws:lambda:us-east-1:123456789012:function:imgseal:1",
      "lambda-runtime-trace-id": "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Sampled=0",
    });
    pending.handedOver = performance.now();
    asking.end(pending.body);
    asking = undefined;
  }

  function fail(reason: Error): void {
    failure ??= reason;
    for (const { reject } of [...queue.splice(0), ...running.values()]) reject(failure);
    running.clear();
  }

  async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method, url = "" } = request;
    if (method === "GET" && url === `${version}/invocation/next`) {
      asking = response;
      handOver();
      return;
    }
    const body = await text(request);
    const arrived = performance.now();
    const [, id = "", kind] = /\/invocation\/([^/]+)\/(response|error)$/u.exec(url) ?? [];
    const pending = running.get(id);
    if (url === `${version}/init/error`) fail(functionError(body));
    else if (pending === undefined) return answer(response, 400);
    else if (kind === "response") {
      pending.resolve({ text: body, milliseconds: arrived - pending.handedOver });
    } else pending.reject(functionError(body));
    running.delete(id);
    answer(response, 202);
  }

  const server = createServer((request, response) => {
    receive(request, response).catch(fail);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the Runtime API has no port");

  return {
    address: `127.0.0.1:${address.port}`,
    invoke: (event, { timeoutMilliseconds = 30_000 } = {}) =>
      new Promise((resolve, reject) => {
        if (failure !== undefined) return reject(failure);
        const id = randomUUID();
        queue.push({ id, body: JSON.stringify(event), timeoutMilliseconds, handedOver: 0, resolve, reject });
        handOver();
      }),
    fail,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

function answer(response: ServerResponse, status: number): void {
  response.writeHead(status, { "content-type": "application/json" }).end("{}");
}

function functionError(body: string): FunctionError {
  const { errorType, errorMessage }: Record<string, unknown> = JSON.parse(body);
  return new FunctionError(String(errorType), String(errorMessage));
}

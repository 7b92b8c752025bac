import { randomBytes } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { inspect } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type S3Server, startS3Server } from "../../src/local/s3-server.ts";
import { openDerivativeFolder } from "../../src/store/derivative-folder.ts";
import { openS3Store } from "../../src/store/s3.ts";
import { all } from "./contract.ts";
import { type TemporaryFolder, temporaryFolder } from "./temporary-folder.ts";

const key = "photos/cat.jpg/thumb.3f9a1c20b4d7.webp";
const webp = { contentType: "image/webp" };
const credentials = {
  accessKeyId: "AKIDEXAMPLE",
  secretAccessKey: "not-to-be-seen",
  sessionToken: "token-not-to-be-seen",
};
// Never reached where a test is about something else, whatever else the machine does.
const timeouts = { connectMs: 5_000, requestMs: 10_000, operationMs: 20_000 };
const shortTimeouts = { connectMs: 200, requestMs: 200, operationMs: 2_000 };

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

let folder: TemporaryFolder;
let server: S3Server;
let requests: IncomingMessage[];
/** Answers for the next requests, in order; without one, the store itself answers. */
let faults: Answer[];
let onRequest: (request: IncomingMessage, response: ServerResponse) => boolean;

beforeEach(async () => {
  folder = await temporaryFolder();
  requests = [];
  faults = [];
  onRequest = (request, response) => {
    const fault = faults.shift();
    fault?.(request, response);
    return fault !== undefined;
  };
  const derivatives = await openDerivativeFolder(folder.path, { onDamage: () => undefined });
  server = await startS3Server({
    buckets: { derivatives },
    listBucket: true,
    intercept(request, response) {
      requests.push(request);
      return onRequest(request, response);
    },
  });
});
afterEach(async () => {
  await server.close();
  await folder.remove();
});

function openStore(changes: Partial<Parameters<typeof openS3Store>[0]> = {}) {
  return openS3Store({
    bucket: "derivatives",
    region: "us-east-1",
    endpoint: server.url,
    forcePathStyle: true,
    credentials,
    timeouts,
    ...changes,
  });
}

function xmlFault(status: number, code: string): Answer {
  return (request, response) => {
    request.resume();
    response.writeHead(status, { "content-type": "application/xml" });
    response.end(
      request.method === "HEAD"
        ? undefined
        : `<Error><Code>${code}</Code><Message>${code}!</Message></Error>`,
    );
  };
}

const objectHeaders = {
  etag: '"5d41402abc4b2a76b9719d911017c592"',
  "last-modified": "Mon, 01 Jun 2026 00:00:00 GMT",
};

async function failureOf(promise: Promise<unknown>): Promise<Error> {
  return promise.then(
    () => expect.unreachable("it did not fail"),
    (failure: Error) => failure,
  );
}

describe("what is sent", () => {
  it("puts with If-None-Match, a SHA-256 checksum and the plain body, whatever the environment says", async () => {
    process.env.AWS_REQUEST_CHECKSUM_CALCULATION = "when_supported";
    try {
      await openStore().writeIfAbsent(key, Buffer.from("hello"), {
        ...webp,
        metadata: { source: "사진.jpg" },
      });
    } finally {
      delete process.env.AWS_REQUEST_CHECKSUM_CALCULATION;
    }
    expect(requests).toHaveLength(1);
    const headers = requests[0]?.headers ?? {};
    expect(headers).toMatchObject({
      "if-none-match": "*",
      "content-length": "5",
      "content-type": "image/webp",
      "x-amz-checksum-sha256": "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=",
      "x-amz-meta-source": "=?UTF-8?B?7IKs7KeELmpwZw==?=",
      "x-amz-meta-imgseal-sha256": "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824",
    });
    for (const name of [
      "transfer-encoding",
      "content-encoding",
      "expect",
      "x-amz-trailer",
      "x-amz-checksum-crc32",
    ]) {
      expect(headers).not.toHaveProperty(name);
    }
  });

  it("sends a body of 5 MB without waiting for 100 Continue", async () => {
    await openStore().writeIfAbsent(key, randomBytes(5_000_000), webp);
    expect(requests[0]?.headers).not.toHaveProperty("expect");
  });

  it("asks for the checksum when it reads, and for url encoding when it lists", async () => {
    const store = openStore();
    await store.read(key);
    await all(store.list("photos/"));
    expect(requests[0]?.headers["x-amz-checksum-mode"]).toBe("ENABLED");
    expect(requests[1]?.url).toContain("encoding-type=url");
  });

  it("uses one connection for one call after the other", async () => {
    const store = openStore();
    await store.writeIfAbsent(key, randomBytes(200_000), webp);
    for (let i = 0; i < 5; i += 1) await store.read(key);
    expect(new Set(requests.map(({ socket }) => socket)).size).toBe(1);
  });
});

describe("what is not there, and what is taken", () => {
  it.each([
    ["412", 412, "PreconditionFailed"],
    ["409", 409, "ConditionalRequestConflict"],
  ])("says that a key is taken on %s, after one attempt", async (_, status, code) => {
    faults = [xmlFault(status, code)];
    expect(await openStore().writeIfAbsent(key, Buffer.from("x"), webp)).toBeUndefined();
    expect(requests).toHaveLength(1);
  });

  it("does not take a missing bucket for a missing key", async () => {
    const failure = await failureOf(openStore({ bucket: "nowhere" }).read(key));
    expect(failure).toMatchObject({ code: "STORE_UNAVAILABLE" });
    expect(failure.message).toBe(
      `GetObject s3://nowhere/${key} failed with 404: NoSuchBucket: The specified bucket does not exist`,
    );
  });

  it.each(["read", "head"] as const)("names the missing permission when %s gets a 403", async (method) => {
    faults = [xmlFault(403, "AccessDenied")];
    const failure = await failureOf(openStore()[method](key));
    expect(failure).toMatchObject({ code: "STORE_UNAVAILABLE" });
    expect(failure.message).toContain(`s3://derivatives/${key} failed with 403`);
    expect(failure.message).toContain("when s3:ListBucket is missing");
  });
});

describe("a server that fails", () => {
  it.each([
    ["500", xmlFault(500, "InternalError")],
    ["503 SlowDown", xmlFault(503, "SlowDown")],
    ["a reset connection", (({ socket }) => socket.resetAndDestroy()) satisfies Answer],
  ])("is asked again after %s", async (_, fault) => {
    const store = openStore();
    await store.writeIfAbsent(key, Buffer.from("hello"), webp);
    faults = [fault, fault];
    expect((await store.read(key))?.body.toString()).toBe("hello");
    expect(requests).toHaveLength(4);
  });

  it("is given up after three attempts", async () => {
    faults = Array.from({ length: 9 }, () => xmlFault(500, "InternalError"));
    const failure = await failureOf(openStore().read(key));
    expect(failure).toMatchObject({ code: "STORE_UNAVAILABLE" });
    expect(failure.message).toBe(
      `GetObject s3://derivatives/${key} failed with 500: InternalError: InternalError!`,
    );
    expect(requests).toHaveLength(3);
  });

  it("is given up when nobody listens there", async () => {
    await server.close();
    const started = Date.now();
    const store = openStore({ timeouts: shortTimeouts });
    const failures = await Promise.all([
      failureOf(store.read(key)),
      failureOf(store.head(key)),
      failureOf(store.writeIfAbsent(key, Buffer.from("x"), webp)),
      failureOf(store.removePrefix("photos/")),
    ]);
    for (const failure of failures) {
      expect(failure).toMatchObject({ code: "STORE_UNAVAILABLE" });
      expect(failure.message).toMatch(/ECONNREFUSED/);
    }
    expect(Date.now() - started).toBeLessThan(shortTimeouts.operationMs + 500);
    server = await startS3Server({ buckets: {}, listBucket: true });
  });

  it.each([
    ["never answers", () => undefined],
    [
      "stops in the middle of the body",
      (_: IncomingMessage, response: ServerResponse) => {
        response.writeHead(200, { ...objectHeaders, "content-length": "1000" }).write("half");
      },
    ],
  ])("is given up when it %s", async (_, fault) => {
    faults = Array.from({ length: 9 }, () => fault);
    const started = Date.now();
    const failure = await failureOf(openStore({ timeouts: shortTimeouts }).read(key));
    expect(failure).toMatchObject({ code: "STORE_UNAVAILABLE" });
    expect(failure.message).toContain("failed: TimeoutError: ");
    expect(Date.now() - started).toBeLessThan(shortTimeouts.operationMs + 500);
  });

  it("passes on an abort in the middle of the body", async () => {
    const controller = new AbortController();
    const closed = new Promise((resolve) => {
      faults = [
        ({ socket }, response) => {
          socket.once("close", resolve);
          response.writeHead(200, { ...objectHeaders, "content-length": "1000" }).write("half");
          setTimeout(() => controller.abort(), 50);
        },
      ];
    });
    const failure = await failureOf(openStore().read(key, { signal: controller.signal }));
    expect(failure).toMatchObject({ code: "STORE_UNAVAILABLE" });
    expect(failure.message).toBe(
      `GetObject s3://derivatives/${key} failed: AbortError: This operation was aborted`,
    );
    await closed;
  });

  it.each([
    ["with a checksum of S3's", { "x-amz-checksum-sha256": "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=" }],
    ["without one", {}],
  ])("is not believed when it sends half a body %s", async (_, checksum) => {
    faults = [
      (_, response) => {
        response.writeHead(200, { ...objectHeaders, ...checksum, "content-length": "5" });
        response.write("he", () => response.destroy());
      },
    ];
    const failure = await failureOf(openStore().read(key));
    expect(failure).toMatchObject({ code: "STORE_UNAVAILABLE" });
    expect(failure.message).toMatch(/aborted|Connection lost/);
  });

  it.each([
    [
      "S3's checksum",
      { "x-amz-checksum-sha256": "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=" },
      /Checksum mismatch/,
    ],
    ["S3's CRC-64", { "x-amz-checksum-crc64nvme": "M3eFcAZSQlc=" }, /Checksum mismatch/],
    [
      "our own checksum",
      { "x-amz-meta-imgseal-sha256": "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824" },
      /the checksum differs/,
    ],
  ])("is not believed when a byte differs from %s", async (_, checksum, message) => {
    faults = [
      (_, response) => {
        response.writeHead(200, { ...objectHeaders, ...checksum, "content-length": "5" }).end("hellO");
      },
    ];
    const failure = await failureOf(openStore().read(key));
    expect(failure).toMatchObject({ code: "STORE_UNAVAILABLE" });
    expect(failure.message).toMatch(message);
  });

  it("does not take in a body over maxBytes", async () => {
    const closed = new Promise<number>((resolve) => {
      faults = [
        (request, response) => {
          request.socket.once("close", () => resolve(request.socket.bytesWritten));
          response.writeHead(200, { ...objectHeaders, "content-length": "50000000" });
          response.write(Buffer.alloc(100_000));
        },
      ];
    });
    const failure = await failureOf(openStore().read(key, { maxBytes: 1_000_000 }));
    expect(failure).toMatchObject({ code: "SOURCE_TOO_LARGE" });
    expect(failure.message).toBe(`"${key}" has 50000000 bytes, at most 1000000 are accepted`);
    expect(await closed).toBeLessThan(200_000);
  });

  it("names a key that could not be removed", async () => {
    const store = openStore();
    await store.writeIfAbsent(key, Buffer.from("x"), webp);
    const refusal = `<Error><Key>${key}</Key><Code>AccessDenied</Code><Message>no</Message></Error>`;
    onRequest = ({ method }, response) => {
      if (method !== "POST") return false;
      response.writeHead(200, { "content-type": "application/xml" });
      response.end(`<DeleteResult>${refusal}</DeleteResult>`);
      return true;
    };
    const failure = await failureOf(store.removePrefix("photos/"));
    expect(failure).toMatchObject({ code: "STORE_UNAVAILABLE" });
    expect(failure.message).toBe(
      `DeleteObjects s3://derivatives/photos/ failed: Error: AccessDenied for "${key}", 1 of 1 failed`,
    );
  });
});

describe("an upload", () => {
  /** Takes what one buffer holds each 10 ms, and then answers. */
  const slow: Answer = (request, response) => {
    const read = setInterval(() => request.read(), 10);
    request.once("end", () => {
      clearInterval(read);
      response.writeHead(200, { etag: objectHeaders.etag }).end();
    });
    request.once("close", () => clearInterval(read));
  };

  it("may take longer than an answer: a second for each megabyte", async () => {
    faults = [slow];
    const store = openStore({ timeouts: { ...timeouts, requestMs: 200 } });
    const started = Date.now();
    expect(await store.writeIfAbsent(key, randomBytes(5_000_000), webp)).toBe(objectHeaders.etag);
    expect(Date.now() - started).toBeGreaterThan(400);
    expect(requests).toHaveLength(1);
  });

  it("that nobody takes is tried again, and given up", async () => {
    faults = Array.from({ length: 9 }, () => () => undefined);
    const failure = await failureOf(
      openStore({ timeouts: { ...timeouts, requestMs: 100 } }).writeIfAbsent(key, randomBytes(100_000), webp),
    );
    expect(failure).toMatchObject({ code: "STORE_UNAVAILABLE" });
    expect(failure.message).toContain("failed: TimeoutError: ");
    expect(failure.message).toContain("200 ms");
    expect(requests).toHaveLength(3);
  });

  it("of any size keeps to the time of the whole operation", async () => {
    faults = Array.from({ length: 9 }, () => () => undefined);
    const started = Date.now();
    const failure = await failureOf(
      openStore({ timeouts: { ...timeouts, operationMs: 500 } }).writeIfAbsent(
        key,
        randomBytes(5_000_000),
        webp,
      ),
    );
    expect(failure).toMatchObject({ code: "STORE_UNAVAILABLE" });
    expect(failure.message).toBe(
      `PutObject s3://derivatives/${key} failed: TimeoutError: The operation was aborted due to timeout`,
    );
    expect(Date.now() - started).toBeLessThan(3_000);
  });
});

it("lets no secret into an error: no key, no token, no signature", async () => {
  faults = [xmlFault(403, "SignatureDoesNotMatch")];
  const failure = await failureOf(openStore().read(key));
  const text = inspect(failure, { depth: 20, showHidden: true });
  expect(text).toContain("SignatureDoesNotMatch");
  expect(requests[0]?.headers["x-amz-security-token"]).toBe("token-not-to-be-seen");
  expect(text).not.toMatch(/not-to-be-seen|AKIDEXAMPLE|Signature=/);
});

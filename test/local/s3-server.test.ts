import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { type IncomingMessage, request } from "node:http";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type S3Server, startS3Server } from "../../src/local/s3-server.ts";
import { openDerivativeFolder } from "../../src/store/derivative-folder.ts";
import { openSourceFolder } from "../../src/store/source-folder.ts";
import { type TemporaryFolder, temporaryFolder } from "../store/temporary-folder.ts";

const path = "/derivatives/photos/cat.jpg/thumb.3f9a1c20b4d7.webp";
const conditional = { "if-none-match": "*", "content-type": "image/webp" };

const seen = new Set<string>();

let folders: TemporaryFolder[];
let server: S3Server;
let closedServer: S3Server;

beforeAll(async () => {
  folders = [await temporaryFolder(), await temporaryFolder()];
  const [sources = "", derivatives = ""] = folders.map((folder) => folder.path);
  await writeFile(join(sources, "cat.jpg"), "cat");
  const buckets = {
    sources: await openSourceFolder(sources),
    derivatives: await openDerivativeFolder(derivatives, { onDamage: () => expect.unreachable() }),
  };
  const intercept = ({ method, url }: IncomingMessage) => {
    seen.add(`${method} ${url}`);
    return false;
  };
  server = await startS3Server({ buckets, listBucket: true, intercept });
  closedServer = await startS3Server({ buckets, listBucket: false });
});
afterAll(async () => {
  await server.close();
  await closedServer.close();
  for (const folder of folders) await folder.remove();
});

function ask(method: string, target: string, headers = {}, body?: string, { url } = server) {
  return fetch(url + target, { method, headers, ...(body !== undefined && { body }) });
}

async function codeOf(response: Response): Promise<string> {
  return `${response.status} ${/<Code>(\w+)<\/Code>/.exec(await response.text())?.[1]}`;
}

function checksum(text: string): string {
  return createHash("sha256").update(text).digest("base64");
}

describe("writing", () => {
  it("stores once, verifies the checksum, and answers 412 to the second", async () => {
    const first = await ask(
      "PUT",
      path,
      { ...conditional, "x-amz-checksum-sha256": checksum("hello") },
      "hello",
    );
    expect(first.status).toBe(200);
    expect(first.headers.get("etag")).toMatch(/^"[0-9a-f]{32}"$/);
    expect(await codeOf(await ask("PUT", path, conditional, "again"))).toBe("412 PreconditionFailed");

    const read = await ask("GET", path, { "x-amz-checksum-mode": "ENABLED" });
    expect(read.headers.get("x-amz-checksum-sha256")).toBe(checksum("hello"));
    expect(await read.text()).toBe("hello");
    expect((await ask("GET", path)).headers.has("x-amz-checksum-sha256")).toBe(false);
  });

  it.each([
    ["a wrong checksum", { ...conditional, "x-amz-checksum-sha256": checksum("other") }, "400 BadDigest"],
    ["no If-None-Match", {}, "501 NotImplemented"],
    [
      "an aws-chunked body",
      { ...conditional, "x-amz-content-sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER" },
      "501 NotImplemented",
    ],
    [
      "more than 2 KB of metadata",
      { ...conditional, "x-amz-meta-source": "a".repeat(2 * 1024 - "source".length + 1) },
      "400 MetadataTooLarge",
    ],
  ])("is refused with %s", async (_, headers, code) => {
    expect(await codeOf(await ask("PUT", `${path}2`, headers, "hello"))).toBe(code);
    expect((await ask("GET", `${path}2`)).status).toBe(404);
  });

  it("takes 2 KB of metadata, names included", async () => {
    const value = "a".repeat(2 * 1024 - "source".length);
    const response = await ask("PUT", `${path}3`, { ...conditional, "x-amz-meta-source": value }, "hello");
    expect(response.status).toBe(200);
  });

  it("is a 409 when a deletion succeeds while the body is on its way", async () => {
    const target = "/derivatives/photos/dog.jpg/thumb.3f9a1c20b4d7.webp";
    const upload = request(server.url + target, {
      method: "PUT",
      headers: { ...conditional, "content-length": "5" },
    });
    const answered = new Promise<number | undefined>((resolve, reject) => {
      upload.on("error", reject).on("response", (response) => {
        response.resume();
        resolve(response.statusCode);
      });
    });
    await new Promise((resolve) => upload.write("he", resolve));
    // The request of the upload is seen first: it was written first, but on another connection.
    await expect.poll(() => seen.has(`PUT ${target}`)).toBe(true);
    expect((await ask("DELETE", target)).status).toBe(204);
    upload.end("llo");
    expect(await answered).toBe(409);
    expect((await ask("GET", target)).status).toBe(404);
    expect((await ask("PUT", target, conditional, "hello")).status).toBe(200);
  });

  it("is refused in a bucket of sources, which can be read", async () => {
    expect(await codeOf(await ask("PUT", "/sources/dog.jpg", conditional, "dog"))).toBe("403 AccessDenied");
    expect(await codeOf(await ask("DELETE", "/sources/cat.jpg"))).toBe("403 AccessDenied");
    expect(await (await ask("GET", "/sources/cat.jpg")).text()).toBe("cat");
  });
});

describe("what is refused", () => {
  it.each([
    ["an unknown bucket", "GET", "/nowhere/key", "404 NoSuchBucket"],
    ["a bucket named like a member of every object", "GET", "/constructor/key", "404 NoSuchBucket"],
    ["the first version of listing", "GET", "/derivatives/", "501 NotImplemented"],
    ["listing by folders", "GET", "/derivatives/?list-type=2&delimiter=%2F", "501 NotImplemented"],
    ["pages of no keys", "GET", "/derivatives/?list-type=2&max-keys=0", "400 InvalidArgument"],
    ["a deletion of nothing", "POST", "/derivatives/?delete", "400 MalformedXML"],
    ["a malformed escape", "DELETE", "/derivatives/%zz", "400 InvalidURI"],
    ["a key of more than 1,024 bytes", "PUT", `/derivatives/${"é".repeat(513)}`, "400 KeyTooLongError"],
    ["another method", "PATCH", "/derivatives/key", "405 MethodNotAllowed"],
    ["a missing key", "GET", "/derivatives/key", "404 NoSuchKey"],
  ])("is %s", async (_, method, target, code) => {
    expect(await codeOf(await ask(method, target))).toBe(code);
  });

  it("is listing, and saying that a key is missing, without s3:ListBucket", async () => {
    const codes = ["/derivatives/?list-type=2", "/derivatives/key"].map(async (target) =>
      codeOf(await ask("GET", target, {}, undefined, closedServer)),
    );
    expect(await Promise.all(codes)).toEqual(["403 AccessDenied", "403 AccessDenied"]);
  });
});

it("deletes keys that XML has to escape", async () => {
  const target = "/derivatives/a%26b%3C%22%27%0D.jpg/t.webp";
  await ask("PUT", target, conditional, "x");
  const key = "a&amp;b&lt;&quot;&#39;&#xD;.jpg/t.webp";
  const response = await ask(
    "POST",
    "/derivatives/?delete",
    {},
    `<Delete><Object><Key>${key}</Key></Object></Delete>`,
  );
  expect(response.status).toBe(200);
  expect((await ask("HEAD", target)).status).toBe(404);
});

it("says what went wrong inside as S3's 500", async () => {
  const response = await ask("PUT", "/derivatives/photos/", conditional, "x");
  expect(response.status).toBe(500);
  expect(await response.text()).toContain(
    "<Code>InternalError</Code><Message>TypeError: Expected a key that ends in a derivative&#39;s name",
  );
});

it("sends errors chunked and without a length", async () => {
  const headers = await new Promise((resolve, reject) => {
    request(`${server.url}/derivatives/nothing`, (response) => {
      response.resume();
      resolve(response.headers);
    })
      .on("error", reject)
      .end();
  });
  expect(headers).toMatchObject({ "transfer-encoding": "chunked", "content-type": "application/xml" });
  expect(headers).not.toHaveProperty("content-length");
});

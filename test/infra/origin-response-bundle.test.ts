/** The bundle as it is deployed, in a process of its own, against an S3-speaking server that is not ours. */

import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import type { CloudFrontResultResponse } from "aws-lambda";
import sharp from "sharp";
import { afterAll, beforeAll, expect, it } from "vitest";
import { bundleEdge } from "../../infra/bundle.ts";
import { openS3Store } from "../../src/store/s3.ts";
import { originResponseEvent } from "../fixtures/events.ts";
import { table } from "../fixtures/presets.ts";
import { s3rverCredentials, startS3rver } from "../store/s3rver.ts";
import { vectors } from "../vectors/signed-urls.ts";

const packageRoot = fileURLToPath(new URL("../..", import.meta.url));
const run = promisify(execFile);
const region = "us-east-1";
const path = "/dev/thumbnail.png/thumb.3f9a1c20b4d7.webp";

let s3: Awaited<ReturnType<typeof startS3rver>>;
let s3Folder: string;
let outDir: string;

beforeAll(async () => {
  s3Folder = await mkdtemp(join(tmpdir(), "imgseal-s3-"));
  s3 = await startS3rver(s3Folder, "sources");
  const address = { endpoint: s3.url, region, forcePathStyle: true, credentials: s3rverCredentials };
  await new S3Client(address).send(new CreateBucketCommand({ Bucket: "derivatives" }));
  const png = await sharp({ create: { width: 800, height: 800, channels: 4, background: "#36c" } })
    .png()
    .toBuffer();
  await openS3Store({ ...address, bucket: "sources" }).writeIfAbsent("dev/thumbnail.png", png, {
    contentType: "image/png",
  });
  // Within the project: sharp is not in the bundle and is looked for upwards from it.
  await mkdir(join(packageRoot, ".imgseal"), { recursive: true });
  outDir = await mkdtemp(join(packageRoot, ".imgseal", "bundle-"));
  await bundleEdge({
    packageRoot,
    outDir,
    viewerRequest: { table, keys: vectors.keys },
    originResponse: {
      table,
      sources: { bucket: "sources", region, endpoint: s3.url },
      derivatives: { bucket: "derivatives", region, endpoint: s3.url },
    },
  });
});

afterAll(async () => {
  await s3.close();
  await rm(s3Folder, { recursive: true });
  await rm(outDir, { recursive: true });
});

/** What the handler answers to each event, one after the other in one process. */
async function answersTo(...events: object[]): Promise<CloudFrontResultResponse[]> {
  const script = `
    console.log = () => {};
    const { handler } = await import(${JSON.stringify(join(outDir, "origin-response/index.mjs"))});
    const answers = [];
    for (const event of ${JSON.stringify(events)}) answers.push(await handler(event));
    process.stdout.write(JSON.stringify(answers));`;
  const { stdout } = await run(process.execPath, ["--input-type=module", "-e", script], {
    env: {
      AWS_ACCESS_KEY_ID: s3rverCredentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: s3rverCredentials.secretAccessKey,
    },
    maxBuffer: 8_000_000,
  });
  return JSON.parse(stdout);
}

it("renders a miss from S3, writes it back, and passes the stored derivative through after", async () => {
  const [miss] = await answersTo(originResponseEvent(path, 403));
  expect(miss).toMatchObject({ status: "200", bodyEncoding: "base64" });
  const picture = Buffer.from(miss?.body ?? "", "base64");
  expect(await sharp(picture).metadata()).toMatchObject({ format: "webp", width: 200, height: 150 });

  const stored = await fetch(`${s3.url}/derivatives${path}`);
  expect(stored.status).toBe(200);
  expect(Buffer.from(await stored.arrayBuffer()).equals(picture)).toBe(true);
  expect(stored.headers.get("content-type")).toBe("image/webp");

  const headers = Object.fromEntries([...stored.headers].map(([key, value]) => [key, [{ key, value }]]));
  const [hit] = await answersTo(originResponseEvent(path, 200, { responseHeaders: headers }));
  expect(hit?.status).toBe("200");
  expect(hit).not.toHaveProperty("body");
  expect(hit?.headers?.["x-imgseal"]).toEqual([{ key: "x-imgseal", value: "stored" }]);
  expect(hit?.headers?.etag?.[0]?.value).toBe(miss?.headers?.etag?.[0]?.value);
});

it("answers 404 for a source that S3 does not have", async () => {
  const [answer] = await answersTo(originResponseEvent("/none.png/thumb.3f9a1c20b4d7.webp", 404));
  expect(answer?.status).toBe("404");
  expect((await fetch(`${s3.url}/derivatives/none.png/thumb.3f9a1c20b4d7.webp`)).status).toBe(404);
});

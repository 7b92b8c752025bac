/** The zip as it is deployed, unpacked, in a process of its own, against an S3-speaking server that is not ours. */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import type { CloudFrontResultResponse } from "aws-lambda";
import sharp from "sharp";
import { afterAll, beforeAll, expect, it } from "vitest";
import { buildEdge } from "../../infra/edge.ts";
import { openS3Store } from "../../src/store/s3.ts";
import { originResponseEvent } from "../fixtures/events.ts";
import { importBundle, type RunningBundle } from "../runtime/bundle-process.ts";
import { type UnpackedBundle, unpack } from "../runtime/unpack.ts";
import { s3rverCredentials, startS3rver } from "../store/s3rver.ts";
import { edgeOptions } from "./edge-options.ts";

const region = "us-east-1";
const path = "/dev/thumbnail.png/thumb.3f9a1c20b4d7.webp";

let s3: Awaited<ReturnType<typeof startS3rver>>;
let folder: string;
let unpacked: UnpackedBundle;
let bundle: RunningBundle;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "imgseal-s3-"));
  s3 = await startS3rver(join(folder, "s3"), "sources");
  const address = { endpoint: s3.url, region, forcePathStyle: true, credentials: s3rverCredentials };
  await new S3Client(address).send(new CreateBucketCommand({ Bucket: "derivatives" }));
  const png = await sharp({ create: { width: 800, height: 800, channels: 4, background: "#36c" } })
    .png()
    .toBuffer();
  await openS3Store({ ...address, bucket: "sources" }).writeIfAbsent("dev/thumbnail.png", png, {
    contentType: "image/png",
  });
  await buildEdge(edgeOptions(folder));
  unpacked = await unpack(join(folder, "origin-response.zip"));
  bundle = await importBundle(unpacked.folder, {
    env: {
      // The SDK's own variable. The zip that is deployed is the zip that is tested, and at the edge, where a function
      // has no environment variables, there is no other S3 than AWS's.
      AWS_ENDPOINT_URL_S3: s3.url,
      AWS_ACCESS_KEY_ID: s3rverCredentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: s3rverCredentials.secretAccessKey,
    },
  });
});

afterAll(async () => {
  await bundle.close();
  await unpacked.remove();
  await s3.close();
  await rm(folder, { recursive: true });
});

async function answerTo(event: object): Promise<CloudFrontResultResponse> {
  return (await bundle.invoke(event)) as CloudFrontResultResponse;
}

it("renders a miss from S3, writes it back, and passes the stored derivative through after", async () => {
  const miss = await answerTo(originResponseEvent(path, 403));
  expect(miss).toMatchObject({ status: "200", bodyEncoding: "base64" });
  const picture = Buffer.from(miss.body ?? "", "base64");
  expect(await sharp(picture).metadata()).toMatchObject({ format: "webp", width: 200, height: 150 });

  const stored = await fetch(`${s3.url}/derivatives${path}`);
  expect(stored.status).toBe(200);
  expect(Buffer.from(await stored.arrayBuffer()).equals(picture)).toBe(true);
  expect(stored.headers.get("content-type")).toBe("image/webp");

  const headers = Object.fromEntries([...stored.headers].map(([key, value]) => [key, [{ key, value }]]));
  const hit = await answerTo(originResponseEvent(path, 200, { responseHeaders: headers }));
  expect(hit.status).toBe("200");
  expect(hit).not.toHaveProperty("body");
  expect(hit.headers?.["x-imgseal"]).toEqual([{ key: "x-imgseal", value: "stored" }]);
  expect(hit.headers?.etag?.[0]?.value).toBe(miss.headers?.etag?.[0]?.value);
});

it("answers 404 for a source that S3 does not have", async () => {
  const answer = await answerTo(originResponseEvent("/none.png/thumb.3f9a1c20b4d7.webp", 404));
  expect(answer.status).toBe("404");
  expect((await fetch(`${s3.url}/derivatives/none.png/thumb.3f9a1c20b4d7.webp`)).status).toBe(404);
});

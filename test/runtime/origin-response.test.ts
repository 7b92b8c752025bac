/** origin-response.zip under Lambda's runtime client, against npm's s3rver, held against the handler in this process. */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import type { CloudFrontResponseEvent, CloudFrontResultResponse } from "aws-lambda";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildEdge } from "../../infra/edge.ts";
import { originResponse } from "../../src/edge/origin-response.ts";
import { render } from "../../src/images/render.ts";
import type { ImageFormat, Preset } from "../../src/presets/table.ts";
import { openS3Store } from "../../src/store/s3.ts";
import { formatCanonicalPath } from "../../src/urls/canonical-path.ts";
import { originResponseEvent, type RequestChanges } from "../fixtures/events.ts";
import { banner, makePreset, makeTable, og, thumb } from "../fixtures/presets.ts";
import { edgeOptions } from "../infra/edge-options.ts";
import { s3rverCredentials, startS3rver } from "../store/s3rver.ts";
import { nodes, type RunningFunction, startFunction } from "./runtime-client.ts";
import { type UnpackedBundle, unpack } from "./unpack.ts";

const region = "us-east-1";
// Nothing of this picture fits into so few bytes at a quality that may still be called one.
const huge = makePreset({ name: "huge", width: 1200, maxBytes: 2_000, minQuality: 80 });
const table = makeTable([thumb, banner, og, huge]);

let s3: Awaited<ReturnType<typeof startS3rver>>;
let folder: string;
let unpacked: UnpackedBundle;

const address = () => ({ endpoint: s3.url, region, forcePathStyle: true, credentials: s3rverCredentials });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "imgseal-runtime-"));
  s3 = await startS3rver(join(folder, "s3"), "sources");
  for (const bucket of ["derivatives", "derivatives-here"]) {
    await new S3Client(address()).send(new CreateBucketCommand({ Bucket: bucket }));
  }
  const sources = openS3Store({ ...address(), bucket: "sources" });
  for (const [key, body] of Object.entries(await pictures())) {
    await sources.writeIfAbsent(key, body, { contentType: "application/octet-stream" });
  }
  const baked = edgeOptions(folder);
  await buildEdge({ ...baked, originResponse: { ...baked.originResponse, table } });
  unpacked = await unpack(join(folder, "origin-response.zip"));
});

afterAll(async () => {
  await unpacked.remove();
  await s3.close();
  await rm(folder, { recursive: true });
});

async function pictures(): Promise<Readonly<Record<string, Buffer>>> {
  const noise = sharp({
    create: {
      width: 1600,
      height: 1200,
      channels: 3,
      background: "#888",
      noise: { type: "gaussian", mean: 128, sigma: 40 },
    },
  });
  const jpeg = await noise.clone().withMetadata({ orientation: 6 }).jpeg().toBuffer();
  const flat = sharp({ create: { width: 400, height: 300, channels: 4, background: "#3369" } });
  return {
    "photos/turned.jpg": jpeg,
    "фото/кошка 🐈.png": await flat.png().toBuffer(),
    "a+b & c.webp": await flat.webp().toBuffer(),
    "truncated.jpg": jpeg.subarray(0, 2_000),
    "not-a-picture.jpg": Buffer.from("<html></html>"),
  };
}

interface Case {
  readonly name: string;
  readonly path: string;
  readonly originStatus: number;
  readonly status: string;
  readonly changes?: RequestChanges;
}

const pathOf = (source: string, { name, revision }: Preset, format: ImageFormat, width?: number) =>
  formatCanonicalPath({ source, preset: name, revision, format, ...(width !== undefined && { width }) });
const thumbOf = (source: string) => pathOf(source, thumb, "webp");

const cases: readonly Case[] = [
  { name: "a miss, turned upright", path: thumbOf("photos/turned.jpg"), originStatus: 403, status: "200" },
  {
    name: "a miss by HEAD",
    path: thumbOf("photos/turned.jpg"),
    originStatus: 404,
    status: "200",
    changes: { method: "HEAD" },
  },
  {
    name: "AVIF",
    path: pathOf("photos/turned.jpg", banner, "avif", 640),
    originStatus: 404,
    status: "200",
  },
  { name: "JPEG", path: pathOf("photos/turned.jpg", og, "jpeg"), originStatus: 404, status: "200" },
  { name: "a key of another alphabet", path: thumbOf("фото/кошка 🐈.png"), originStatus: 404, status: "200" },
  {
    name: "an overflow",
    path: pathOf("photos/turned.jpg", huge, "webp"),
    originStatus: 404,
    status: "302",
  },
  { name: "a source that is not there", path: thumbOf("none.jpg"), originStatus: 403, status: "404" },
  { name: "a truncated source", path: thumbOf("truncated.jpg"), originStatus: 404, status: "415" },
  {
    name: "a source that is no picture",
    path: thumbOf("not-a-picture.jpg"),
    originStatus: 404,
    status: "415",
  },
  { name: "a stored derivative", path: thumbOf("photos/turned.jpg"), originStatus: 200, status: "200" },
  { name: "a revalidated one", path: thumbOf("photos/turned.jpg"), originStatus: 304, status: "304" },
  { name: "a store that is down", path: thumbOf("photos/turned.jpg"), originStatus: 503, status: "503" },
  { name: "a path that nobody signed", path: "/photos/turned.jpg", originStatus: 404, status: "400" },
];

async function here(event: CloudFrontResponseEvent): Promise<CloudFrontResultResponse> {
  return originResponse(event, {
    table,
    sources: openS3Store({ ...address(), bucket: "sources" }),
    derivatives: openS3Store({ ...address(), bucket: "derivatives-here" }),
    render,
    schedule: (work) => work(),
    nowMilliseconds: Date.now,
    log: () => {},
  });
}

describe.each(nodes)("origin-response.zip on Node %i under Lambda's runtime client", (node) => {
  let lambda: RunningFunction;

  beforeAll(async () => {
    lambda = await startFunction(unpacked.folder, {
      node,
      // The zip that is deployed is the zip that is tested: at the edge there are no variables, and no other S3.
      env: {
        AWS_ENDPOINT_URL_S3: s3.url,
        AWS_ACCESS_KEY_ID: s3rverCredentials.accessKeyId,
        AWS_SECRET_ACCESS_KEY: s3rverCredentials.secretAccessKey,
      },
    });
  });

  afterAll(() => lambda.close());

  it.each(cases)("answers as the handler does in this process: $name", async (each) => {
    const event = originResponseEvent(each.path, each.originStatus, each.changes);
    const { text } = await lambda.deliver(event);
    const { status }: CloudFrontResultResponse = JSON.parse(text);
    expect(status).toBe(each.status);
    expect(text).toBe(JSON.stringify(await here(event)));
  });

  it("writes back the bytes that it answers", async () => {
    const path = thumbOf("a+b & c.webp");
    const answer = (await lambda.invoke(originResponseEvent(path, 404))) as CloudFrontResultResponse;
    const body = Buffer.from(answer.body ?? "", "base64");
    const stored = openS3Store({ ...address(), bucket: "derivatives" });
    const read = await stored.read(decodeURIComponent(path.slice(1)));
    expect(answer.status).toBe("200");
    expect(read?.body.equals(body)).toBe(true);
    expect(await sharp(body).metadata()).toMatchObject({ format: "webp", width: 200, height: 150 });
  });
});

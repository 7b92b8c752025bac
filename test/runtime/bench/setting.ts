/** What is measured: the zips of the shipped presets, unpacked, and an S3 with the sample pictures. */

import { rmSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { buildEdge } from "../../../infra/edge.ts";
import { writeSamples } from "../../../scripts/samples.ts";
import { openS3Store } from "../../../src/store/s3.ts";
import { type Presets, readPresets } from "../../bench/signed-urls.ts";
import { s3rverCredentials, startS3rver } from "../../store/s3rver.ts";
import { writeFunction } from "../small-function.ts";
import { unpack } from "../unpack.ts";

export interface EdgeSetting {
  /** A few rounds only, to see that everything runs. */
  readonly isQuick: boolean;
  readonly presets: Presets;
  /** Folders of unpacked functions. */
  readonly empty: string;
  readonly viewerRequest: string;
  readonly originResponse: string;
  /** Keys of the sample pictures in the sources bucket. */
  readonly sources: readonly string[];
  /** Of origin-response: where S3 is, and how to sign for it. */
  readonly s3Environment: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

const region = "us-east-1";

export async function openSetting(root: URL, isQuick: boolean): Promise<EdgeSetting> {
  const parent = fileURLToPath(new URL(".imgseal/", root));
  await mkdir(parent, { recursive: true });
  const work = await mkdtemp(join(parent, "bench-edge-"));
  const presets = await readPresets(fileURLToPath(new URL("presets.yaml", root)), work);
  const outDir = join(work, "edge");
  await buildEdge({
    packageRoot: fileURLToPath(root),
    version: "0.0.0",
    outDir,
    viewerRequest: {
      table: presets.table,
      keys: JSON.parse(await readFile(presets.keyFile, "utf8")),
    },
    originResponse: {
      table: presets.table,
      sources: { bucket: "sources", region },
      derivatives: { bucket: "derivatives", region },
    },
    keyIds: presets.keys.keys.map(({ kid }) => kid),
  });
  const empty = await writeFunction();
  const viewerRequest = await unpack(join(outDir, "viewer-request.zip"));
  const originResponse = await unpack(join(outDir, "origin-response.zip"));
  const samples = join(work, "samples");
  await writeSamples(samples);
  const folders = [work, empty.folder, viewerRequest.folder, originResponse.folder];
  process.once("exit", () => {
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  });
  const s3 = await startS3rver(join(work, "s3"), "sources");
  // The server is a process of its own, and would outlive this one; the folders go when "exit" is heard.
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => s3.close().finally(() => process.exit(130)));
  }
  const sources = await upload(samples, s3.url);
  return {
    isQuick,
    presets,
    empty: empty.folder,
    viewerRequest: viewerRequest.folder,
    originResponse: originResponse.folder,
    sources,
    s3Environment: {
      AWS_ENDPOINT_URL_S3: s3.url,
      AWS_ACCESS_KEY_ID: s3rverCredentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: s3rverCredentials.secretAccessKey,
    },
    close: s3.close,
  };
}

/** @returns the keys */
async function upload(folder: string, endpoint: string): Promise<string[]> {
  const address = { endpoint, region, forcePathStyle: true, credentials: s3rverCredentials };
  await new S3Client(address).send(new CreateBucketCommand({ Bucket: "derivatives" }));
  const store = openS3Store({ ...address, bucket: "sources" });
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const keys: string[] = [];
  for (const entry of entries.filter((each) => each.isFile())) {
    const path = join(entry.parentPath, entry.name);
    const key = path.slice(folder.length + 1);
    await store.writeIfAbsent(key, await readFile(path), { contentType: "application/octet-stream" });
    keys.push(key);
  }
  return keys;
}

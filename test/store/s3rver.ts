/** npm's s3rver, an S3-speaking server that is not ours, as a process of its own. */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

export const s3rverCredentials = { accessKeyId: "S3RVER", secretAccessKey: "S3RVER" };

export async function startS3rver(directory: string, bucket: string) {
  const program = createRequire(import.meta.url).resolve("s3rver/bin/s3rver.js");
  const options = ["-d", directory, "-a", "127.0.0.1", "-p", "0", "--silent", "--no-vhost-buckets"];
  // Its continuation tokens are enciphered with DES, which OpenSSL 3 has retired.
  const node = ["--openssl-legacy-provider", program];
  const server = spawn(process.execPath, [...node, ...options, "--configure-bucket", bucket], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  for await (const line of createInterface(server.stdout)) {
    const port = /listening on .*:(\d+)/.exec(line)?.[1];
    if (port === undefined) continue;
    const close = async () => {
      server.kill();
      await once(server, "exit");
    };
    return { url: `http://127.0.0.1:${port}`, close };
  }
  throw new Error("s3rver ended before it listened");
}

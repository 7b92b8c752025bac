import { startS3Server } from "../../src/local/s3-server.ts";
import { openDerivativeFolder } from "../../src/store/derivative-folder.ts";
import { openS3Store } from "../../src/store/s3.ts";
import { describeStore } from "./contract.ts";
import { s3rverCredentials, startS3rver } from "./s3rver.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const bucket = "derivatives";
const region = "us-east-1";

function failOnDamage({ key, reason }: { key: string; reason: string }): never {
  throw new Error(`damaged: ${key}: ${reason}`);
}

describeStore(
  "a derivative folder",
  async () => {
    const folder = await temporaryFolder();
    return {
      store: await openDerivativeFolder(folder.path, { onDamage: failOnDamage }),
      close: folder.remove,
    };
  },
  { refusesTakenKeys: true },
);

describeStore(
  "an S3 store on the strict S3 face",
  async () => {
    const folder = await temporaryFolder();
    const buckets = { [bucket]: await openDerivativeFolder(folder.path, { onDamage: failOnDamage }) };
    const server = await startS3Server({ buckets, listBucket: true });
    const credentials = { accessKeyId: "any", secretAccessKey: "any" };
    return {
      store: openS3Store({ bucket, region, endpoint: server.url, forcePathStyle: true, credentials }),
      async close() {
        await server.close();
        await folder.remove();
      },
    };
  },
  { refusesTakenKeys: true },
);

describeStore(
  "an S3 store on s3rver",
  async () => {
    const folder = await temporaryFolder();
    const server = await startS3rver(folder.path, bucket);
    const credentials = s3rverCredentials;
    return {
      store: openS3Store({ bucket, region, endpoint: server.url, forcePathStyle: true, credentials }),
      async close() {
        await server.close();
        await folder.remove();
      },
    };
  },
  { refusesTakenKeys: false },
);

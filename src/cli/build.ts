/** `imgseal build`: both edge functions, with presets, keys and buckets baked in. */

import { resolve } from "node:path";
import type { Command } from "commander";
import type { EdgeOptions } from "../../infra/edge.ts";
import { errnoOf } from "../store/failure.ts";
import { edgeJwks } from "../urls/edge-keys.ts";
import { buildAsJson, buildAsText } from "./build-report.ts";
import { blamingInput, UserError, usageError } from "./failure.ts";
import { type FileOptions, keysOption, presetsOption } from "./file-options.ts";
import { readKeyFile } from "./key-file.ts";
import { packageRoot, packageVersion } from "./package-root.ts";
import { readPresetTable } from "./preset-table-file.ts";
import { readPresets } from "./presets-file.ts";
import { exitCodes, type Terminal } from "./terminal.ts";

interface Options extends FileOptions {
  readonly sourceBucket?: string;
  readonly sourceRegion?: string;
  readonly derivativesBucket?: string;
  readonly derivativesRegion?: string;
  readonly s3Endpoint?: string;
  readonly out: string;
  readonly previous?: string;
  readonly report?: true;
  readonly json?: true;
}

const help = `
Writes viewer-request.zip and origin-response.zip, ready to upload (handler: index.handler), preset-table.json and
manifest.json. viewer-request.zip holds what verifies: of Ed25519 keys the public halves alone, and the secrets of HS256
keys. With one of those in it, keep it as private as the key file. Deploy origin-response first.
Pass the preset-table.json of the deployment before as --previous: requests that are still on their way between two
deployments then find their presets. The same input gives the same bytes.

Examples:
  $ imgseal build --keys production.keys.json \\
      --source-bucket shop-originals --source-region eu-central-1 \\
      --derivatives-bucket shop-derivatives --derivatives-region us-east-1
  $ imgseal build ... --previous deployed/preset-table.json --out dist/edge`;

/** Declares the command. */
export function addBuild(program: Command, terminal: Terminal): void {
  program
    .command("build")
    .summary("build the edge functions")
    .description("Builds a zip of each Lambda@Edge function, with presets, keys and buckets baked in.")
    .option("--source-bucket <bucket>", "where the source images are (required)")
    .option("--source-region <region>", "its Region (required)")
    .option("--derivatives-bucket <bucket>", "where rendered images are kept: another bucket (required)")
    .option("--derivatives-region <region>", "its Region (required)")
    .option("--s3-endpoint <url>", "an S3-compatible server instead of AWS")
    .option("--out <dir>", "where to write", "dist/edge")
    .option("--previous <file>", "preset-table.json of the deployment before")
    .addOption(presetsOption())
    .addOption(keysOption())
    .option("--report", "list what is in each zip, by size")
    .option("--json", "print the manifest, and with --report the list, as JSON")
    .addHelpText("after", help)
    .action((options: Options) => build(options, terminal));
}

async function build(options: Options, terminal: Terminal): Promise<void> {
  const { sources, derivatives } = bucketsOf(options);
  const table = await readPresets(options.presets);
  const { jwkSet, keys } = await readKeyFile(options.keys, terminal);
  // Read before anything is written: it may be the very file that this build replaces.
  const previous = options.previous === undefined ? undefined : await readPresetTable(options.previous);
  const { buildEdge, BuildError } = await importBuilder();
  const edge = await blamingInput(
    () =>
      buildEdge({
        packageRoot: packageRoot(),
        version: packageVersion(),
        outDir: resolve(options.out),
        viewerRequest: { table, keys: { keys: edgeJwks(jwkSet.keys) } },
        originResponse: { table, sources, derivatives, ...(previous !== undefined && { previous }) },
        keyIds: keys.keys.map(({ kid }) => kid),
      }),
    { exitCode: exitCodes.usage },
  ).catch((error: unknown) => {
    throw error instanceof BuildError ? new UserError(error.message) : error;
  });
  const format = options.json === true ? buildAsJson : buildAsText;
  terminal.out(format(edge, { out: options.out, withParts: options.report === true }));
}

function bucketsOf(options: Options): Pick<EdgeOptions["originResponse"], "sources" | "derivatives"> {
  const { sourceBucket, sourceRegion, derivativesBucket, derivativesRegion, s3Endpoint } = options;
  if (!sourceBucket || !sourceRegion || !derivativesBucket || !derivativesRegion) {
    const required = {
      "--source-bucket": sourceBucket,
      "--source-region": sourceRegion,
      "--derivatives-bucket": derivativesBucket,
      "--derivatives-region": derivativesRegion,
    };
    const missing = Object.entries(required).filter(([, value]) => !value);
    throw usageError(`missing ${missing.map(([flag]) => flag).join(", ")} (see: imgseal build --help)`);
  }
  if (s3Endpoint !== undefined && !/^https?:\/\//.test(s3Endpoint)) {
    throw usageError(`--s3-endpoint: expected an http or https URL, received "${s3Endpoint}"`);
  }
  const endpoint = s3Endpoint === undefined ? {} : { endpoint: s3Endpoint };
  return {
    sources: { bucket: sourceBucket, region: sourceRegion, ...endpoint },
    derivatives: { bucket: derivativesBucket, region: derivativesRegion, ...endpoint },
  };
}

/** esbuild is an optional peer dependency: who only signs or serves does not need it. */
async function importBuilder() {
  try {
    const [edge, failure] = await Promise.all([
      import("../../infra/edge.ts"),
      import("../../infra/failure.ts"),
    ]);
    return { ...edge, ...failure };
  } catch (error) {
    if (errnoOf(error) !== "ERR_MODULE_NOT_FOUND") throw error;
    throw new UserError("build needs esbuild, which is not installed: npm install --save-dev esbuild");
  }
}

/** `imgseal build`: both edge functions, with presets, keys and buckets baked in. */

import { writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Command } from "commander";
import type { Bundle, BundleOptions } from "../../infra/bundle.ts";
import { errnoOf } from "../store/failure.ts";
import { edgeJwks } from "../urls/edge-keys.ts";
import { blamingInput, UserError, usageError } from "./failure.ts";
import { type FileOptions, keysOption, presetsOption } from "./file-options.ts";
import { readKeyFile } from "./key-file.ts";
import { packageRoot } from "./package-root.ts";
import { readPresetTable } from "./preset-table-file.ts";
import { readPresets } from "./presets-file.ts";
import { exitCodes, type Terminal } from "./terminal.ts";
import { formatTable } from "./text-table.ts";

interface Options extends FileOptions {
  readonly sourceBucket?: string;
  readonly sourceRegion?: string;
  readonly derivativesBucket?: string;
  readonly derivativesRegion?: string;
  readonly s3Endpoint?: string;
  readonly out: string;
  readonly previous?: string;
  readonly json?: true;
}

const help = `
Writes viewer-request/index.mjs and origin-response/index.mjs, each exporting "handler", and preset-table.json.
viewer-request holds what verifies: of Ed25519 keys the public halves alone, and the secrets of HS256 keys. With one of
those in it, keep its folder as private as the key file. Deploy origin-response first.
Pass the preset-table.json of the deployment before as --previous: requests that are still on their way between two
deployments then find their presets.

Examples:
  $ imgseal build --keys production.keys.json \\
      --source-bucket shop-originals --source-region eu-central-1 \\
      --derivatives-bucket shop-derivatives --derivatives-region us-east-1
  $ imgseal build ... --previous deployed/preset-table.json --out dist/edge`;

/** Declares the command. */
export function addBuild(program: Command, terminal: Terminal): void {
  program
    .command("build")
    .summary("bundle the edge functions")
    .description("Bundles both Lambda@Edge functions, with presets, keys and buckets baked in.")
    .option("--source-bucket <bucket>", "where the source images are (required)")
    .option("--source-region <region>", "its Region (required)")
    .option("--derivatives-bucket <bucket>", "where rendered images are kept: another bucket (required)")
    .option("--derivatives-region <region>", "its Region (required)")
    .option("--s3-endpoint <url>", "an S3-compatible server instead of AWS")
    .option("--out <dir>", "where to write", "dist/edge")
    .option("--previous <file>", "preset-table.json of the deployment before")
    .addOption(presetsOption())
    .addOption(keysOption())
    .option("--json", "print files, sizes and quotas as JSON")
    .addHelpText("after", help)
    .action((options: Options) => build(options, terminal));
}

async function build(options: Options, terminal: Terminal): Promise<void> {
  const { sources, derivatives } = bucketsOf(options);
  const table = await readPresets(options.presets);
  const { jwkSet } = await readKeyFile(options.keys, terminal);
  // Read before anything is written: it may be the very file that this build replaces.
  const previous = options.previous === undefined ? undefined : await readPresetTable(options.previous);
  const { bundleEdge, requireWithinQuota } = await importBundler();
  const outDir = resolve(options.out);
  const bundles = await blamingInput(
    () =>
      bundleEdge({
        packageRoot: packageRoot(),
        outDir,
        viewerRequest: { table, keys: { keys: edgeJwks(jwkSet.keys) } },
        originResponse: { table, sources, derivatives, ...(previous !== undefined && { previous }) },
      }),
    { exitCode: exitCodes.usage },
  );
  await writeFile(join(outDir, "preset-table.json"), `${JSON.stringify(table)}\n`);
  terminal.out(options.json === true ? toJson(bundles) : toText(bundles, options.out));
  await blamingInput(() => requireWithinQuota(bundles));
}

function bucketsOf(options: Options): Pick<BundleOptions["originResponse"], "sources" | "derivatives"> {
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
async function importBundler() {
  try {
    return await import("../../infra/bundle.ts");
  } catch (error) {
    if (errnoOf(error) !== "ERR_MODULE_NOT_FOUND") throw error;
    throw new UserError("build needs esbuild, which is not installed: npm install --save-dev esbuild");
  }
}

function toText(bundles: readonly Bundle[], out: string): string {
  const rows = bundles.map(({ name, bytes, external, quotaBytes }) => [
    join(out, name, "index.mjs"),
    `${inThousands(bytes)} bytes`,
    `of ${inThousands(quotaBytes)}${external.map((name) => `, without ${name}: lay it beside`).join("")}`,
  ]);
  return formatTable([...rows, [join(out, "preset-table.json"), "for --previous of the next build"]]);
}

function toJson(bundles: readonly Bundle[]): string {
  return JSON.stringify(
    bundles.map(({ name, file, bytes, external, quotaBytes }) => ({
      name,
      file,
      bytes,
      external,
      quotaBytes,
    })),
  );
}

function inThousands(value: number): string {
  return value.toLocaleString("en-US");
}

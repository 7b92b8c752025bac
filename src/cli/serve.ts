/** `imgseal serve`: the whole of imgseal on this machine, between two folders. */

import { resolve } from "node:path";
import type { Command } from "commander";
import { type FileOptions, isGiven, keysOption, presetsOption } from "./file-options.ts";
import { createKeyFile, type KeyFile, readKeyFile, requireSigningKey } from "./key-file.ts";
import { baseUrl, freePorts, isLoopback } from "./listen-address.ts";
import { newKey, newKid } from "./new-key.ts";
import { readPresets } from "./presets-file.ts";
import { claimDerivatives, defaultDerivatives, settleFolders } from "./serve-folders.ts";
import { parseCount, parsePort } from "./serve-numbers.ts";
import { createLinkSigner, exampleUrls } from "./service-pages.ts";
import { untilSignalled } from "./shutdown.ts";
import { exitCodes, type Terminal, warn } from "./terminal.ts";

export interface ServeOptions extends FileOptions {
  readonly sources: string;
  readonly derivatives?: string;
  readonly port: number;
  readonly host: string;
  readonly workers: number;
  readonly pops: number;
  readonly strict: boolean;
  readonly quiet?: true;
  readonly json?: true;
}

// Ten seconds are what process managers commonly wait; what is left is for the process to end.
const graceMilliseconds = 8_000;
const killMilliseconds = 1_500;

const help = `
The same handlers as at CloudFront, behind a cache in memory: the first request of a picture renders it, every later one
is a hit. Rendered pictures are kept in the derivatives folder, which may be deleted at any time. Each folder of sources
has its own one: one that was used with other sources is refused. Presets and keys are read once, at the start.
With --pops N, N edge locations stand in front of the same folders, each with a cache of its own: the first on the
port, the others on the ports after it.
With --workers N, N processes answer on the one port, and a picture is still rendered once between them.
Without --keys, the key file imgseal.keys.json is made on the first run.
Standard output gets one JSON line per request. SIGTERM and SIGINT finish what runs; a second one stops at once.

Examples:
  $ imgseal serve --sources ~/Pictures
  $ imgseal serve --sources photos --derivatives /var/cache/imgseal --port 8080 --host 0.0.0.0 --quiet`;

/** Declares the command. */
export function addServe(program: Command, terminal: Terminal): void {
  const command = program
    .command("serve")
    .summary("serve a folder of pictures, with a gallery")
    .description("Serves a folder of pictures through signed URLs, with a gallery at /.")
    .option("--sources <dir>", "the folder with the source images", "photos")
    .option(
      "--derivatives <dir>",
      `where rendered images are kept, one folder per --sources (default: below ${defaultDerivatives})`,
    )
    .option("--port <number>", "port to listen on; 0 takes a free one", parsePort, 8787)
    .option("--host <address>", "address to listen on; 0.0.0.0 for other machines too", "127.0.0.1")
    .option("--workers <number>", "processes that share the port and the work", parseCount(99), 1)
    .option("--pops <number>", "edge locations, each with a cache and a port of its own", parseCount(9), 1)
    .option("--strict", "answer 502 where CloudFront would refuse a function's answer", true)
    .option("--no-strict", "let such an answer through, and log which rule it breaks")
    .option("--quiet", "no line per request")
    .addOption(presetsOption())
    .addOption(keysOption())
    .option("--json", "print the addresses as JSON too, on the first line")
    .addHelpText("after", help);
  command.action((options: ServeOptions) => serve(options, isGiven(command, "keys"), terminal));
}

async function serve(options: ServeOptions, isKeyFileGiven: boolean, terminal: Terminal): Promise<void> {
  const { isWorker } = await import("../local/workers.ts");
  if (isWorker()) {
    const { serveAsWorker } = await import("./serve-worker.ts");
    await serveAsWorker(options, graceMilliseconds, terminal);
  } else {
    await supervise(options, isKeyFileGiven, terminal);
  }
}

/** Finds what is wrong before any worker starts, tells the addresses, and passes the signal to stop on. */
async function supervise(options: ServeOptions, isKeyFileGiven: boolean, terminal: Terminal): Promise<void> {
  const folders = await settleFolders(options);
  const table = await readPresets(options.presets);
  const keyFile = await readOrMakeKeys(options.keys, isKeyFileGiven, terminal);
  requireSigningKey(keyFile, options.keys, terminal);
  const { openSourceFolder } = await import("../store/source-folder.ts");
  const { openDerivativeFolder } = await import("../store/derivative-folder.ts");
  const sources = await openSourceFolder(options.sources);
  await openDerivativeFolder(folders.derivatives, { onDamage: () => {} });
  await claimDerivatives(folders);

  const { startWorkers, WorkerFailed } = await import("../local/workers.ts");
  const port = options.port === 0 ? await freePorts(options.host, options.pops) : options.port;
  const workers = startWorkers({
    count: options.workers,
    ports: options.pops,
    // Settled here, for a worker that comes later too: a symbolic link may lead elsewhere by then.
    arguments: [
      ...process.argv.slice(2),
      ...["--port", String(port), "--sources", folders.sources, "--derivatives", folders.derivatives],
    ],
    onReplaced: (reason) => terminal.err(`imgseal: ${reason}`),
  });
  try {
    await workers.listening;
  } catch (error) {
    // The worker has said on standard error what is wrong.
    if (!(error instanceof WorkerFailed)) throw error;
    terminal.exitCode = exitCodes.failed;
    return;
  }

  const base = baseUrl(options.host, port);
  const signerAt = await createLinkSigner(table, keyFile, terminal);
  const pops = Array.from({ length: options.pops }, (_, pop) => baseUrl(options.host, port + pop));
  greet({ pops, base, urls: await exampleUrls(table, sources, signerAt(base)) }, options, terminal);
  if (!isLoopback(options.host)) {
    warn(terminal, `whoever can reach ${options.host} gets signed URLs of every picture from the gallery`);
  }
  const signal = await untilSignalled();
  terminal.err(`imgseal: ${signal}, finishing what runs`);
  await workers.shutDown(graceMilliseconds + killMilliseconds);
}

async function readOrMakeKeys(file: string, isGiven: boolean, terminal: Terminal): Promise<KeyFile> {
  if (!isGiven && (await createKeyFile(file, { keys: [newKey(newKid(terminal.nowMilliseconds()))] }))) {
    terminal.err(`imgseal: made the key file ${file} on this first run; keep it out of version control`);
  }
  return readKeyFile(file, terminal);
}

function greet(
  {
    pops,
    base,
    urls,
  }: { readonly pops: readonly string[]; readonly base: string; readonly urls: readonly string[] },
  { sources, json }: ServeOptions,
  terminal: Terminal,
): void {
  if (json === true) {
    terminal.out(JSON.stringify({ gallery: `${base}/`, ...(pops.length > 1 && { pops }), urls }));
    return;
  }
  terminal.out(`gallery  ${base}/`);
  for (const url of urls) terminal.out(`         ${url}`);
  if (pops.length > 1)
    for (const [pop, address] of pops.entries()) terminal.out(`pop ${pop + 1}    ${address}`);
  if (urls.length > 0) return;
  terminal.out(
    `         no pictures yet: copy some (jpeg, png, webp, gif, avif, tiff) to ${resolve(sources)} and reload`,
  );
}

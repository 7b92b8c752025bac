/** `imgseal serve`: the whole of imgseal on this machine, between two folders. */

import { resolve, sep } from "node:path";
import { type Command, InvalidArgumentError } from "commander";
import type { ExchangeParts } from "../local/exchange.ts";
import type { RunningServer } from "../local/server.ts";
import { errnoOf } from "../store/failure.ts";
import { UserError, usageError } from "./failure.ts";
import { type FileOptions, isGiven, keysOption, presetsOption } from "./file-options.ts";
import { createKeyFile, type KeyFile, readKeyFile } from "./key-file.ts";
import { newKey, newKid } from "./new-key.ts";
import { readPresets } from "./presets-file.ts";
import { createLinkSigner, exampleUrls, servicePages } from "./service-pages.ts";
import { untilSignalled } from "./shutdown.ts";
import { type Terminal, warn } from "./terminal.ts";

interface Options extends FileOptions {
  readonly sources: string;
  readonly derivatives: string;
  readonly port: number;
  readonly host: string;
  readonly quiet?: true;
  readonly json?: true;
}

// Ten seconds are what process managers commonly wait; what is left is for the process to end.
const graceMilliseconds = 8_000;

const help = `
The same handlers as at CloudFront, behind a cache in memory: the first request of a picture renders it, every later one
is a hit. Rendered pictures are kept in the derivatives folder and may be deleted at any time.
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
    .requiredOption("--sources <dir>", "the folder with the source images")
    .option("--derivatives <dir>", "where rendered images are kept", ".imgseal/derivatives")
    .option("--port <number>", "port to listen on; 0 takes a free one", parsePort, 8787)
    .option("--host <address>", "address to listen on; 0.0.0.0 for other machines too", "127.0.0.1")
    .option("--quiet", "no line per request")
    .addOption(presetsOption())
    .addOption(keysOption())
    .option("--json", "print the addresses as JSON too, on the first line")
    .addHelpText("after", help);
  command.action((options: Options) => serve(options, isGiven(command, "keys"), terminal));
}

async function serve(options: Options, isKeyFileGiven: boolean, terminal: Terminal): Promise<void> {
  refuseNested(options);
  const table = await readPresets(options.presets);
  const keyFile = await readOrMakeKeys(options.keys, isKeyFileGiven, terminal);
  const { openSourceFolder } = await import("../store/source-folder.ts");
  const { openDerivativeFolder } = await import("../store/derivative-folder.ts");
  const { createService } = await import("../local/service.ts");
  const sources = await openSourceFolder(options.sources);
  const derivatives = await openDerivativeFolder(options.derivatives, {
    onDamage: ({ key, reason }) => terminal.err(`imgseal: removed the damaged derivative ${key}: ${reason}`),
  });
  const signerAt = await createLinkSigner(table, keyFile, terminal);
  const server = await listen(
    createService({
      table,
      keys: keyFile.keys,
      sources,
      derivatives,
      pages: await servicePages(table, sources, signerAt),
      writeLog: options.quiet === true ? () => {} : terminal.out,
      nowMilliseconds: terminal.nowMilliseconds,
    }),
    options,
  );
  const base = baseUrl(options.host, server.port);
  greet({ base, urls: await exampleUrls(table, sources, signerAt(base)) }, options, terminal);
  if (!isLoopback(options.host)) {
    warn(terminal, `whoever can reach ${options.host} gets signed URLs of every picture from the gallery`);
  }
  const signal = await untilSignalled();
  terminal.err(`imgseal: ${signal}, finishing what runs`);
  await server.close(graceMilliseconds);
}

/** One bucket for both is refused by `build`; this is the same for folders. */
function refuseNested({ sources, derivatives }: Options): void {
  const [inner, outer] = [resolve(sources), resolve(derivatives)];
  if (inner !== outer && !inner.startsWith(outer + sep)) return;
  throw usageError(`--sources and --derivatives need two folders, received ${sources} and ${derivatives}`);
}

async function readOrMakeKeys(file: string, isGiven: boolean, terminal: Terminal): Promise<KeyFile> {
  if (!isGiven && (await createKeyFile(file, { keys: [newKey(newKid(terminal.nowMilliseconds()))] }))) {
    terminal.err(`imgseal: made the key file ${file} on this first run; keep it out of version control`);
  }
  return readKeyFile(file, terminal);
}

async function listen(parts: ExchangeParts, { host, port }: Options): Promise<RunningServer> {
  const { startServer } = await import("../local/server.ts");
  try {
    return await startServer(parts, { host, port });
  } catch (cause) {
    const problems: Readonly<Record<string, string>> = {
      EADDRINUSE: `port ${port} on ${host} is taken; stop the other program, or take another one with --port (0: any free one)`,
      EACCES: `port ${port} is reserved to the system's own services; take one from 1024 up with --port`,
      EADDRNOTAVAIL: `${host} is no address of this machine; --host takes 127.0.0.1, 0.0.0.0 or an address of its own`,
      ENOTFOUND: `${host} is no address and no known name; --host takes 127.0.0.1 or 0.0.0.0, for example`,
    };
    const problem = problems[errnoOf(cause) ?? ""];
    throw problem === undefined ? cause : new UserError(problem, { cause });
  }
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || host.startsWith("127.");
}

/** An address that a browser on this machine can open. */
function baseUrl(host: string, port: number): string {
  const isAny = host === "0.0.0.0" || host === "::";
  const name = isAny ? "127.0.0.1" : host.includes(":") ? `[${host}]` : host;
  return `http://${name}:${port}`;
}

function greet(
  { base, urls }: { readonly base: string; readonly urls: readonly string[] },
  { sources, json }: Options,
  terminal: Terminal,
): void {
  if (json === true) {
    terminal.out(JSON.stringify({ gallery: `${base}/`, urls }));
    return;
  }
  terminal.out(`gallery  ${base}/`);
  for (const url of urls) terminal.out(`         ${url}`);
  if (urls.length > 0) return;
  terminal.out(
    `         no pictures yet: copy some (jpeg, png, webp, gif, avif, tiff) to ${resolve(sources)} and reload`,
  );
}

function parsePort(text: string): number {
  if (!/^[0-9]{1,5}$/.test(text) || Number(text) > 65_535) {
    throw new InvalidArgumentError("Expected a number from 0 to 65535.");
  }
  return Number(text);
}

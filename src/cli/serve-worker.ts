/** One worker of `imgseal serve`: answers requests until it is told to end. */

import type { ExchangeParts } from "../local/exchange.ts";
import type { RunningServer } from "../local/server.ts";
import { untilAskedToEnd, workerLeases } from "../local/workers.ts";
import { errnoOf } from "../store/failure.ts";
import { UserError } from "./failure.ts";
import { readKeyFile } from "./key-file.ts";
import { isOwnHost } from "./listen-address.ts";
import { readPresets } from "./presets-file.ts";
import type { ServeOptions } from "./serve.ts";
import { settleFolders } from "./serve-folders.ts";
import { createLinkSigner, servicePages } from "./service-pages.ts";
import { untilSignalled } from "./shutdown.ts";
import type { Terminal } from "./terminal.ts";

/** Serves; the process that started it has checked the files and told the warnings already. */
export async function serveAsWorker(
  options: ServeOptions,
  graceMilliseconds: number,
  terminal: Terminal,
): Promise<void> {
  const { openSourceFolder } = await import("../store/source-folder.ts");
  const { openDerivativeFolder } = await import("../store/derivative-folder.ts");
  const { createService } = await import("../local/service.ts");
  const table = await readPresets(options.presets);
  const keyFile = await readKeyFile(options.keys, { ...terminal, err: () => {} });
  const folders = await settleFolders(options);
  const sources = await openSourceFolder(folders.sources);
  const derivatives = await openDerivativeFolder(folders.derivatives, {
    onDamage: ({ key, reason }) => terminal.err(`imgseal: removed the damaged derivative ${key}: ${reason}`),
  });
  const signerAt = await createLinkSigner(table, keyFile, terminal);
  const service = createService({
    table,
    keys: keyFile.keys,
    sources,
    derivatives,
    pages: await servicePages(table, sources, signerAt),
    processes: options.workers,
    pops: options.pops,
    isStrict: options.strict,
    ...(options.workers > 1 && { withLease: workerLeases() }),
    writeLog: options.quiet === true ? undefined : terminal.out,
    nowMilliseconds: terminal.nowMilliseconds,
  });
  // The gallery signs; that the service is well is nobody's secret.
  const showsPage = (path: string, host?: string) => path !== "/" || isOwnHost(host, options.host);
  const servers: RunningServer[] = [];
  for (let pop = 0; pop < options.pops; pop += 1) {
    servers.push(
      await listen({ ...service, showsPage, pop }, { host: options.host, port: options.port + pop }),
    );
  }
  await Promise.race([untilSignalled(), untilAskedToEnd()]);
  await Promise.all(servers.map((server) => server.close(graceMilliseconds)));
  // The channel to the other process would keep this one.
  process.disconnect();
}

async function listen(
  parts: ExchangeParts,
  { host, port }: Pick<ServeOptions, "host" | "port">,
): Promise<RunningServer> {
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

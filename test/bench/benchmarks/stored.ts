import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { render } from "../../../src/images/render.ts";
import { openDerivativeFolder } from "../../../src/store/derivative-folder.ts";
import { storeKey } from "../../../src/urls/canonical-path.ts";
import type { Benchmark, Setting } from "../benchmark.ts";
import { type Figures, hold } from "../contest.ts";
import { serveImgseal } from "../imgseal-server.ts";
import { requestAllGood } from "../requests.ts";
import { type ServerProcess, startServer } from "../server-process.ts";

const preset = "small";
const source = "photo.jpg";
const concurrency = 64;

export const stored: Benchmark = {
  name: "stored",
  subject: `a picture in the derivatives folder and not in memory, over HTTP, ${concurrency} at a time`,
  async run(setting) {
    const [warmUps, measured] = setting.isQuick ? [50, 200] : [1_000, 4_000];
    const versions = Array.from({ length: warmUps + measured }, (_, index) => String(index));
    const folders = { sources: setting.work, derivatives: join(setting.work, "stored-derivatives") };
    const files = join(setting.work, "stored-files");
    await fill(setting, folders.derivatives, files, versions);
    const targets = versions.map((ver) => setting.presets.sign({ preset, source, ver }));
    const bareProgram = fileURLToPath(new URL("servers/bare-files.mjs", setting.compiled));

    const outcome = await hold({
      title: `${measured} pictures, each once`,
      columns: { "CPU µs per request": 0, "requests/s": 0 },
      rounds: setting.isQuick ? 1 : 5,
      ours: contestant(
        "imgseal, stored",
        () => serveImgseal(setting, folders),
        async (server) => ask(server, targets.slice(0, warmUps)),
        (server) => ask(server, targets.slice(warmUps)),
      ),
      others: [
        contestant(
          "imgseal, in memory",
          () => serveImgseal(setting, folders),
          async (server) => ask(server, targets),
          (server) => ask(server, targets.slice(warmUps)),
        ),
        contestant(
          "node:http, createReadStream",
          () => startServer({ args: (port) => [bareProgram, port, files] }),
          async (server) =>
            ask(
              server,
              versions.slice(0, warmUps).map((ver) => `/${ver}`),
            ),
          (server) =>
            ask(
              server,
              versions.slice(warmUps).map((ver) => `/${ver}`),
            ),
        ),
      ],
      limits: {},
    });
    return { outcomes: [outcome], notes: ["the files are in the page cache of the operating system"] };
  },
};

/** Stores one rendition under every version, and beside that as plain files. */
async function fill({ presets, photo }: Setting, derivatives: string, files: string, versions: string[]) {
  const { table } = presets;
  const { revision } = presets.named(preset);
  const { body, contentType, format } = await render(
    await readFile(photo),
    presets.named(preset),
    { format: "webp" },
    table.limits,
  );
  const store = await openDerivativeFolder(derivatives, {
    onDamage: ({ reason }) => {
      throw new Error(reason);
    },
  });
  await mkdir(files);
  for (const version of versions) {
    await store.writeIfAbsent(storeKey({ source, version, preset, revision, format }), body, { contentType });
    await writeFile(join(files, version), body);
  }
}

/** A fresh process for each run, so that its memory is empty; the warm-up is for its compiler. */
function contestant(
  name: string,
  start: () => Promise<ServerProcess>,
  warmUp: (server: ServerProcess) => Promise<Figures>,
  measure: (server: ServerProcess) => Promise<Figures>,
) {
  return {
    name,
    async run() {
      const server = await start();
      try {
        await warmUp(server);
        return await measure(server);
      } finally {
        await server.stop();
      }
    },
  };
}

async function ask(server: ServerProcess, targets: readonly string[]): Promise<Figures> {
  const cpuBefore = server.cpuSeconds();
  const { seconds, answers } = await requestAllGood(server.base, targets, concurrency);
  return {
    "CPU µs per request": ((server.cpuSeconds() - cpuBefore) / answers.length) * 1e6,
    "requests/s": answers.length / seconds,
  };
}

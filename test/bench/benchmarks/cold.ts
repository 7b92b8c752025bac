import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import sharp from "sharp";
import type { Preset } from "../../../src/presets/table.ts";
import type { Benchmark, Setting } from "../benchmark.ts";
import { type Contestant, hold } from "../contest.ts";
import { serveImgseal } from "../imgseal-server.ts";
import { ipxLaunch } from "../peers.ts";
import { manyNames } from "../pictures.ts";
import { fetchBody, requestAllGood } from "../requests.ts";
import { type ServerProcess, startServer } from "../server-process.ts";

const cases = [
  { preset: "jpeg", ipx: "s_720x588,f_jpeg,q_80", atLeast: { bare: 0.95, ipx: 1.2 } },
  { preset: "webp", ipx: "s_200x150,f_webp,q_80", atLeast: { bare: 0.95, ipx: 1 } },
];

const concurrency = 4;
const columns = { "requests/s": 1, "CPU ms per request": 1 };
// More than the 5 that are asked for: a server that answers a hundred times a second takes some rounds to be warm.
const rounds = { full: 15, quick: 1 };
const perRun = { full: 240, quick: 12 };

export const cold: Benchmark = {
  name: "cold",
  subject: `a picture nobody asked for before, over HTTP, ${concurrency} at a time, kept afterwards`,
  async run(setting) {
    const extent = setting.isQuick ? "quick" : "full";
    const sources = join(setting.work, "cold");
    // One to look at; then ours runs twice in each counted round and in the one before them.
    const runs = (rounds[extent] + 1) * 2;
    const names = await manyNames(setting.photo, sources, 1 + runs * perRun[extent]);
    const launches = await startAll(setting, sources);
    try {
      const outcomes = [];
      for (const { preset: name, ipx, atLeast } of cases) {
        const preset = setting.presets.named(name);
        const contestant = (of: string, server: ServerProcess, targetOf: (file: string) => string) =>
          askFor(of, server, targetOf, { names, count: perRun[extent], preset });
        const { imgseal, bare, keeping, ipx: ipxServer } = launches;
        const ours = await contestant("imgseal", imgseal, (source) =>
          setting.presets.sign({ preset: name, source }),
        );
        const bareTarget = (file: string) => `/${name}/${file}`;
        const others = [
          await contestant("bare sharp behind node:http", bare, bareTarget),
          await contestant("bare sharp that keeps it", keeping, bareTarget),
        ];
        if (ipxServer) others.push(await contestant("ipx", ipxServer, (file) => `/${ipx}/${file}`));
        outcomes.push(
          await hold({
            title: `2725x2225 to ${preset.width}x${preset.height} ${name}`,
            columns,
            rounds: rounds[extent],
            ours,
            others,
            limits: {
              "bare sharp behind node:http": { atLeast: atLeast.bare },
              ipx: { atLeast: atLeast.ipx },
            },
          }),
        );
      }
      const notes = launches.ipx ? [] : ["ipx is LEFT OUT: it could not be installed"];
      return { outcomes, notes };
    } finally {
      await Promise.all(Object.values(launches).map((server) => server?.stop()));
    }
  },
};

async function startAll(setting: Setting, sources: string) {
  const bareProgram = fileURLToPath(new URL("servers/bare-sharp.mjs", setting.compiled));
  const bareArgs = (port: string) => [bareProgram, port, sources, setting.presets.file];
  const kept = join(setting.work, "cold-kept");
  await mkdir(kept);
  return {
    imgseal: await serveImgseal(setting, { sources, derivatives: join(setting.work, "cold-derivatives") }),
    bare: await startServer({ args: bareArgs }),
    // What the same costs without an URL to verify, a function or a checksum: how much of the distance is the disk.
    keeping: await startServer({ args: (port) => [...bareArgs(port), kept] }),
    ipx: setting.hasPeers ? await startServer(ipxLaunch(setting.root, sources)) : undefined,
  };
}

interface Work {
  /** Each is asked for once. */
  readonly names: readonly string[];
  readonly count: number;
  readonly preset: Preset;
}

/** Looks at one picture, so that all contestants do the same work, and then measures. */
async function askFor(
  name: string,
  server: ServerProcess,
  targetOf: (file: string) => string,
  { names, count, preset }: Work,
): Promise<Contestant> {
  const [first = ""] = names;
  const { body } = await fetchBody(server.base + targetOf(first));
  const { width, height, format } = await sharp(body).metadata();
  if (width !== preset.width || height !== preset.height || format !== preset.formats[0]) {
    throw new Error(`${name} answered ${format} of ${width}x${height}`);
  }
  let next = 1;
  return {
    name,
    async run() {
      const targets = names.slice(next, next + count).map(targetOf);
      next += count;
      const cpuBefore = server.cpuSeconds();
      const { seconds } = await requestAllGood(server.base, targets, concurrency);
      return {
        "requests/s": targets.length / seconds,
        "CPU ms per request": ((server.cpuSeconds() - cpuBefore) / targets.length) * 1000,
      };
    },
  };
}

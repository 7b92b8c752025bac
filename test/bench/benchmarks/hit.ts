import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Benchmark, Setting } from "../benchmark.ts";
import { type Contestant, hold } from "../contest.ts";
import { serveImgseal } from "../imgseal-server.ts";
import { generator, hasGenerator, loadColumns, putLoad, withoutGenerator } from "../load.ts";
import { nextLaunch } from "../peers.ts";
import { fetchBody, requestAllGood } from "../requests.ts";
import { type ServerProcess, startServer } from "../server-process.ts";

const connections = 64;
const source = "photo.jpg";

// What was decided about a URL may be remembered: the second case has more URLs than any memory of them holds.
const cases = [
  { title: "one URL", pictures: 1, urls: 1, withNext: true },
  { title: "30,000 URLs of 200 pictures, each verified", pictures: 200, urls: 30_000, withNext: false },
];

export const hit: Benchmark = {
  name: "hit",
  subject: `a picture in the memory cache, over HTTP, ${connections} connections, one process each`,
  async run(setting) {
    if (!hasGenerator(setting)) return withoutGenerator;
    const folders = { sources: setting.work, derivatives: join(setting.work, "hit-derivatives") };
    const imgseal = await serveImgseal(setting, folders, ["--workers", "1"]);
    const servers = [imgseal];
    try {
      const [target = ""] = targetsOf(setting, 1, 1);
      const { headers, body } = await warm(imgseal, target);
      const bare = await startBare(setting, headers, body);
      servers.push(bare);
      const notes = [`the body has ${body.length} bytes; load from ${generator}`];
      const next = await startNext(setting, notes);
      if (next !== undefined) servers.push(next.server);

      const outcomes = [];
      for (const { title, pictures, urls, withNext } of cases) {
        const targets = targetsOf(setting, pictures, urls);
        await requestAllGood(imgseal.base, targets.slice(0, pictures), 4);
        const others = [loaded("bare node:http", bare, targets, setting)];
        if (withNext && next !== undefined) {
          others.push(loaded("next/image", next.server, [next.target], setting, next.headers));
        }
        outcomes.push(
          await hold({
            title,
            columns: loadColumns,
            rounds: setting.isQuick ? 1 : 5,
            ours: loaded("imgseal", imgseal, targets, setting),
            others,
            limits: { "bare node:http": { atLeast: 0.6 }, "next/image": { atLeast: 3 } },
          }),
        );
      }
      return { outcomes, notes };
    } finally {
      await Promise.all(servers.map((server) => server.stop()));
    }
  },
};

/** Each picture is another version and so another entry of the cache; each URL of it expires at another second. */
function targetsOf({ presets }: Setting, pictures: number, urls: number): string[] {
  const tomorrow = Math.floor(Date.now() / 1000) + 86_400;
  return Array.from({ length: urls }, (_, index) =>
    presets.sign({ preset: "small", source, ver: String(index % pictures), exp: tomorrow + index }),
  );
}

/** The answer as it comes from the cache. */
async function warm({ base }: ServerProcess, target: string) {
  await fetchBody(base + target);
  const answer = await fetchBody(base + target);
  const outcome = answer.headers.get("x-cache");
  if (outcome !== "Hit from imgseal") throw new Error(`expected a hit, received ${outcome}`);
  return answer;
}

async function startBare(setting: Setting, headers: Headers, body: Buffer): Promise<ServerProcess> {
  // node:http adds these by itself.
  const own = new Set(["connection", "date", "keep-alive"]);
  const copied = Object.fromEntries([...headers].filter(([name]) => !own.has(name)));
  const [headersFile, bodyFile] = [join(setting.work, "answer.json"), join(setting.work, "answer.webp")];
  await writeFile(headersFile, JSON.stringify(copied));
  await writeFile(bodyFile, body);
  const program = fileURLToPath(new URL("servers/bare-answer.mjs", setting.compiled));
  return startServer({ args: (port) => [program, port, headersFile, bodyFile] });
}

async function startNext({ hasPeers, root, photo, say }: Setting, notes: string[]) {
  if (!hasPeers) {
    notes.push("next/image is LEFT OUT: Next could not be installed");
    return undefined;
  }
  const server = await startServer(await nextLaunch(root, photo, say));
  const target = "/_next/image?url=%2Fphoto.jpg&w=360&q=80";
  const headers = { accept: "image/webp" };
  const { body } = await fetchBody(server.base + target, headers);
  notes.push(`next/image sends ${body.length} bytes, from one process`);
  return { server, target, headers };
}

function loaded(
  name: string,
  server: ServerProcess,
  targets: readonly string[],
  setting: Setting,
  headers: Readonly<Record<string, string>> = {},
): Contestant {
  const seconds = setting.isQuick ? 1 : 5;
  return { name, run: () => putLoad(server, { targets, connections, seconds, headers }, setting) };
}

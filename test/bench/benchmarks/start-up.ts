import { execFile } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Benchmark, Setting } from "../benchmark.ts";
import { type Contestant, hold } from "../contest.ts";
import { imgsealProgram, serveArgs } from "../imgseal-server.ts";
import { fetchBody } from "../requests.ts";
import { type Launch, startServer } from "../server-process.ts";

const run = promisify(execFile);

export const startUp: Benchmark = {
  name: "start-up",
  subject: "from the command to the first answer",
  async run(setting) {
    const rounds = setting.isQuick ? 1 : 10;
    const { file, keyFile } = setting.presets;
    const signArgs = ["sign", "jpeg", "photo.jpg", "--presets", file, "--keys", keyFile];
    const columns = { ms: 0 };
    const sign = await hold({
      title: "A whole process",
      columns,
      rounds,
      ours: timed("imgseal sign", () => run(process.execPath, [imgsealProgram(setting), ...signArgs])),
      others: [timed("node, an empty program", () => run(process.execPath, ["--eval", ""]))],
      limits: {},
    });
    const serve = await hold({
      title: "To the first picture",
      columns,
      rounds,
      ours: untilFirstPicture("imgseal serve", setting, (derivatives) => ({
        args: (port) => [
          imgsealProgram(setting),
          ...serveArgs(setting, { sources: setting.samples, derivatives }, port),
        ],
      })),
      others: [untilFirstPicture("npm start", setting, (derivatives) => npmStart(setting, derivatives))],
      limits: {},
    });
    return { outcomes: [sign, serve], notes };
  },
};

const notes = [
  "`npm start` compiles, and looks whether the samples are there; the round that is not counted writes them",
  "the first picture is rendered, not stored",
];

/** Each run has an empty folder of derivatives. */
function untilFirstPicture(
  name: string,
  setting: Setting,
  launch: (derivatives: string) => Launch,
): Contestant {
  let runs = 0;
  const target = setting.presets.sign({ preset: "small", source: "photos/house-cat.jpg" });
  return {
    name,
    async run() {
      const derivatives = join(setting.work, `${name.replace(" ", "-")}-${runs++}`);
      const started = performance.now();
      const server = await startServer(launch(derivatives));
      await fetchBody(server.base + target);
      const ms = performance.now() - started;
      await server.stop();
      return { ms };
    },
  };
}

/** What the README tells a newcomer to type; the script names the sources. */
function npmStart(setting: Setting, derivatives: string): Launch {
  const { file, keyFile } = setting.presets;
  const flags = ["--derivatives", derivatives, "--presets", file, "--keys", keyFile, "--quiet"];
  return {
    command: "npm",
    cwd: fileURLToPath(setting.root),
    args: (port) => ["start", "--", ...flags, "--port", port],
  };
}

function timed(name: string, work: () => Promise<unknown>): Contestant {
  return {
    name,
    async run() {
      const started = performance.now();
      await work();
      return { ms: performance.now() - started };
    },
  };
}

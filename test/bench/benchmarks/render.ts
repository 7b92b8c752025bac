import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { render as renderImage } from "../../../src/images/render.ts";
import type { Preset } from "../../../src/presets/table.ts";
import { bareRender } from "../bare-render.ts";
import type { Benchmark, Setting } from "../benchmark.ts";
import { type Contestant, hold } from "../contest.ts";

const cases = [
  { preset: "jpeg", title: "2725x2225 to 720x588 jpeg" },
  { preset: "webp", title: "2725x2225 to 200x150 webp" },
  { preset: "webp-640", title: "2725x2225 to 640 wide webp" },
  { preset: "avif-640", title: "2725x2225 to 640 wide avif" },
  { preset: "webp-1600", title: "24 megapixels to 1600 wide webp", source: "photos/24-megapixels.jpg" },
];

export const render: Benchmark = {
  name: "render",
  subject: "the renderer against bare sharp with the same settings, one picture at a time",
  async run(setting) {
    const outcomes = [];
    for (const { preset, title, source } of cases) {
      const picture = await readFile(source === undefined ? setting.photo : join(setting.samples, source));
      outcomes.push(await compare(title, setting, setting.presets.named(preset), picture));
    }
    return { outcomes };
  },
};

function compare(title: string, { isQuick, presets }: Setting, preset: Preset, picture: Buffer) {
  const { limits } = presets.table;
  const [format] = preset.formats;
  return hold({
    title,
    columns: { ms: 2 },
    rounds: isQuick ? 3 : 40,
    ours: timed("imgseal", () => renderImage(picture, preset, { format }, limits)),
    others: [timed("bare sharp", () => bareRender(picture, preset).toBuffer())],
    limits: { "bare sharp": { atMost: 1.05 } },
  });
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

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { render as renderImage } from "../../../src/images/render.ts";
import type { Preset } from "../../../src/presets/table.ts";
import { bareRender } from "../bare-render.ts";
import type { Benchmark, Setting } from "../benchmark.ts";
import { type Contestant, hold } from "../contest.ts";

// So many in a row that each run takes some 200 ms: a single render strays more from the next than what is compared.
const cases = [
  { preset: "jpeg", inARow: 8, title: "2725x2225 to 720x588 jpeg" },
  { preset: "webp", inARow: 10, title: "2725x2225 to 200x150 webp" },
  { preset: "webp-640", inARow: 4, title: "2725x2225 to 640 wide webp" },
  { preset: "avif-640", inARow: 2, title: "2725x2225 to 640 wide avif" },
  {
    preset: "webp-1600",
    inARow: 2,
    title: "24 megapixels to 1600 wide webp",
    source: "photos/24-megapixels.jpg",
  },
];

export const render: Benchmark = {
  name: "render",
  subject: "the renderer against bare sharp with the same settings, one picture at a time",
  async run(setting) {
    const outcomes = [];
    for (const { preset, inARow, title, source } of cases) {
      const picture = await readFile(source === undefined ? setting.photo : join(setting.samples, source));
      const work = { title, preset: setting.presets.named(preset), picture };
      outcomes.push(await compare(work, setting, setting.isQuick ? 1 : inARow));
    }
    return { outcomes };
  },
};

interface Work {
  readonly title: string;
  readonly preset: Preset;
  readonly picture: Buffer;
}

function compare({ title, preset, picture }: Work, { isQuick, presets }: Setting, inARow: number) {
  const { limits } = presets.table;
  const [format] = preset.formats;
  return hold({
    title,
    columns: { ms: 2 },
    rounds: isQuick ? 3 : 40,
    ours: timed("imgseal", inARow, () => renderImage(picture, preset, { format }, limits)),
    others: [timed("bare sharp", inARow, () => bareRender(picture, preset).toBuffer())],
    limits: { "bare sharp": { atMost: 1.05 } },
  });
}

function timed(name: string, inARow: number, work: () => Promise<unknown>): Contestant {
  return {
    name,
    async run() {
      const started = performance.now();
      for (let render = 0; render < inARow; render += 1) await work();
      return { ms: (performance.now() - started) / inARow };
    },
  };
}

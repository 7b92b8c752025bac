/**
 * sharp behind node:http with nothing around it: `/{preset}/{file}` is read, rendered and sent; with a folder to keep it
 * in, it is whole or not there, as the least that a cache must promise.
 */

import { rename, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import sharp from "sharp";
import { lookup } from "../../../src/presets/table.ts";
import { bareRender } from "../bare-render.ts";
import { readTable } from "../signed-urls.ts";

// As imgseal sets libvips up.
sharp.cache(false);
sharp.concurrency(1);

const [port, sources = "", presetsFile = "", kept] = process.argv.slice(2);
const table = await readTable(presetsFile);

createServer(async (request, response) => {
  const [, name = "", file = ""] = (request.url ?? "").split("/");
  if (name === "_health") return response.end();
  const preset = lookup(table, name);
  const body = await bareRender(join(sources, file), preset).toBuffer();
  if (kept !== undefined) await keep(body, join(kept, `${name}-${file}`));
  response.writeHead(200, { "content-type": `image/${preset.formats[0]}`, "content-length": body.length });
  response.end(body);
}).listen(Number(port), "127.0.0.1");

async function keep(body: Buffer, place: string): Promise<void> {
  await writeFile(`${place}.tmp`, body);
  await rename(`${place}.tmp`, place);
}

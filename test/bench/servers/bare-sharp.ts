/** sharp behind node:http with nothing around it: `/{preset}/{file}` is read, rendered and sent. */

import { createServer } from "node:http";
import { join } from "node:path";
import sharp from "sharp";
import { lookup } from "../../../src/presets/table.ts";
import { bareRender } from "../bare-render.ts";
import { readTable } from "../signed-urls.ts";

// As imgseal sets libvips up.
sharp.cache(false);
sharp.concurrency(1);

const [port, sources = "", presetsFile = ""] = process.argv.slice(2);
const table = await readTable(presetsFile);

createServer(async (request, response) => {
  const [, name = "", file = ""] = (request.url ?? "").split("/");
  if (name === "_health") return response.end();
  const preset = lookup(table, name);
  const body = await bareRender(join(sources, file), preset).toBuffer();
  response.writeHead(200, { "content-type": `image/${preset.formats[0]}`, "content-length": body.length });
  response.end(body);
}).listen(Number(port), "127.0.0.1");

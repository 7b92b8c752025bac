/** Files of a folder, sent by node:http from a stream. */

import { createReadStream } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { pipeline } from "node:stream";

const [port, folder = ""] = process.argv.slice(2);

createServer((request, response) => {
  const name = (request.url ?? "").slice(1);
  if (name === "_health") return response.end();
  response.writeHead(200, { "content-type": "image/webp" });
  pipeline(createReadStream(join(folder, name)), response, (error) => {
    if (error) response.destroy();
  });
}).listen(Number(port), "127.0.0.1");

// A page whose pictures are signed where it is rendered, with nothing but Node.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createSigner } from "@imgseal/sdk";

const readJson = (file) => JSON.parse(readFileSync(file, "utf8"));

const signer = createSigner({
  baseUrl: process.env.IMGSEAL_URL ?? "http://127.0.0.1:8787",
  keys: readJson(process.env.IMGSEAL_KEYS ?? "../../imgseal.keys.json"),
  presets: readJson("presets.json"),
  lifetime: "1d",
});

async function page() {
  const alps = "photos/french-alpine-landscape.jpg";
  const cat = "photos/house-cat.jpg";
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <title>imgseal and HTML</title>
    <link rel="icon" href="data:,">
    <style>body { margin: 0 } img { display: block; max-width: 100%; height: auto }</style>
  </head>
  <body>
    <main>
      ${await signer.html("banner", alps, { alt: "A valley in the Alps", sizes: "100vw", priority: true })}
      ${await signer.html("card", cat, { alt: "A cat, trotting" })}
      ${await signer.html("avatar", cat, { alt: "The same cat" })}
    </main>
  </body>
</html>
`;
}

const server = createServer(async (_request, response) => {
  const html = await page();
  response.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end(html);
});
const port = Number(process.env.PORT ?? 3000);
server.listen(port, "127.0.0.1", () => console.log(`http://127.0.0.1:${port}/`));

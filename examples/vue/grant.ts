import { readFileSync } from "node:fs";
import { createSigner } from "@imgseal/sdk";
import type { Connect, Plugin } from "vite";
import { presets } from "./src/presets.ts";

/** The back end of this example, within Vite's own servers: it alone has the key. */
export function grants(): Plugin {
  const signer = createSigner({
    baseUrl: process.env.IMGSEAL_URL ?? "http://127.0.0.1:8787",
    keys: JSON.parse(readFileSync(process.env.IMGSEAL_KEYS ?? "../../imgseal.keys.json", "utf8")),
    presets,
    lifetime: "1h",
  });
  const answer: Connect.SimpleHandleFunction = async (_request, response) => {
    // Whoever asks should be known here: this is what opens the pictures.
    const grant = await signer.grant({ presets: ["banner", "card", "avatar"], sources: ["photos/"] });
    response.setHeader("content-type", "text/plain");
    response.end(grant);
  };
  return {
    name: "grants",
    configureServer: ({ middlewares }) => void middlewares.use("/grant", answer),
    configurePreviewServer: ({ middlewares }) => void middlewares.use("/grant", answer),
  };
}

import { readFileSync } from "node:fs";
import { createSigner } from "@imgseal/sdk";
import { presets } from "./presets";

// Without a lifetime: pages that are rendered when they are built would outlive their URLs.
export const signer = createSigner({
  baseUrl: process.env.IMGSEAL_URL ?? "http://127.0.0.1:8787",
  keys: JSON.parse(readFileSync(process.env.IMGSEAL_KEYS ?? "../../imgseal.keys.json", "utf8")),
  presets,
});

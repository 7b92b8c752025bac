import { readFileSync } from "node:fs";
import { createSigner } from "@imgseal/sdk";
import { presets } from "#shared/presets";

export const signer = createSigner({
  baseUrl: process.env.NUXT_PUBLIC_IMGSEAL_URL ?? "http://127.0.0.1:8787",
  keys: JSON.parse(readFileSync(process.env.IMGSEAL_KEYS ?? "../../imgseal.keys.json", "utf8")),
  presets,
  lifetime: "1d",
});

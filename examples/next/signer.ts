import "server-only";
import { readFileSync } from "node:fs";
import { createSigner } from "@imgseal/sdk";
import { presets } from "./presets";

export const baseUrl = process.env.IMGSEAL_URL ?? "http://127.0.0.1:8787";

export const signer = createSigner({
  baseUrl,
  keys: JSON.parse(
    readFileSync(/* turbopackIgnore: true */ process.env.IMGSEAL_KEYS ?? "../../imgseal.keys.json", "utf8"),
  ),
  presets,
  lifetime: "1d",
});
